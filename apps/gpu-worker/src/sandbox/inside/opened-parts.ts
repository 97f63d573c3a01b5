import type { ParcelHeader } from '@flux-context/contracts';
import { openChunks, plainSizeMax, zero } from '@flux-context/envelope';
import type { Order } from '../wire.js';
import type { FrameReader } from '../../engine-process/frame-reader.js';

/** The plain parts of one edit. Each is taken once, by whoever overwrites it. */
export class OpenedParts {
  private readonly parts = new Map<string, Buffer>();

  static async open(order: Order, incoming: FrameReader): Promise<OpenedParts> {
    const opened = new OpenedParts();
    const secret = Buffer.from(order.requestSecret, 'base64');
    for (const part of order.parts) opened.parts.set(part.name, await openPart(order.editId, secret, part, incoming));
    zero(secret);
    return opened;
  }

  take(name: string): Buffer | undefined {
    const part = this.parts.get(name);
    this.parts.delete(name);
    return part;
  }
}

/** Opens chunk by chunk into one buffer of the right size, so that sealed and plain bytes never lie beside each other whole. */
async function openPart(editId: string, secret: Uint8Array, { name, sealedBytes }: ParcelHeader['parts'][number], incoming: FrameReader): Promise<Buffer> {
  const plain = Buffer.allocUnsafeSlow(plainSizeMax(sealedBytes));
  let filled = 0;
  for await (const chunk of openChunks(secret, { editId, part: name, direction: 'request' }, incoming.bytes(sealedBytes))) {
    plain.set(chunk, filled);
    filled += chunk.length;
    zero(chunk);
  }
  return plain.subarray(0, filled);
}
