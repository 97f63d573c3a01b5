import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { openChunks, sealChunks } from '@flux-context/envelope';
import { decode, disposePicture, encode } from '@flux-context/picture';

const side = 16;

/** Does once, on made-up pixels, what every edit does, so that ciphers and codecs are loaded and linked before anybody waits. */
export async function warmUp(): Promise<void> {
  const made = await encode({ width: side, height: side, channels: 3, depth: 8, data: new Uint8Array(side * side * 3) }, { format: 'jpeg', quality: 90 });
  const secret = randomBytes(32);
  const id = { editId: 'warm-up', part: 'image', direction: 'request' } as const;
  const opened: Uint8Array[] = [];
  for await (const chunk of openChunks(secret, id, sealChunks(secret, id, Readable.from([made])))) opened.push(chunk);
  disposePicture(await decode(Buffer.concat(opened), { source: 'jpeg', pixelsMax: side * side }));
}
