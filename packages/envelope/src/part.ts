import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { EnvelopeError } from './envelope-error.js';
import { joinFields } from './fields.js';
import { regroup } from './regroup.js';
import { zero } from './zero.js';

/*
 * A sealed part: version byte, 32-byte salt, then chunks. A chunk is up to 64 KiB under AES-256-GCM and its 16-byte tag; only
 * the last may be shorter, and it is empty only when the part is. Key and nonce prefix come from HKDF-SHA256 over the secret,
 * the salt and the part's identity; the nonce is prefix (7), chunk number (4), last flag (1). This is the STREAM construction:
 * no chunk can be dropped, moved, repeated or taken for the last. The salt is fresh for every sealing, so that a ticket that
 * runs twice never repeats a key stream.
 */

/** Which part of which edit, and which way it travels. All of it is bound into the key and into every chunk. */
export interface PartId {
  readonly editId: string;
  readonly part: string;
  readonly direction: 'request' | 'answer';
}

const version = 1;
const saltBytes = 32;
const headerBytes = 1 + saltBytes;
const chunkBytes = 65_536;
const tagBytes = 16;
const sealedChunkBytes = chunkBytes + tagBytes;
const keyBytes = 32;
const prefixBytes = 7;
const secretBytes = 32;
const cipher = 'aes-256-gcm';
const damaged = () => new EnvelopeError('envelope.damaged');

/** Size of the sealed form of that many bytes, exactly. */
export const sealedSize = (plainBytes: number): number => headerBytes + plainBytes + tagBytes * Math.max(1, Math.ceil(plainBytes / chunkBytes));

/** The most that a sealed part of that size can hold; exact for a whole one, 0 for what is too short to be one. */
export function plainSizeMax(sealedBytes: number): number {
  const body = sealedBytes - headerBytes;
  return Math.max(0, body - tagBytes * Math.max(1, Math.ceil(body / sealedChunkBytes)));
}

/** Seals or opens the chunks of one part in order. `end` overwrites the key. */
class Chunks {
  private readonly keyAndPrefix: Uint8Array;
  private readonly aad: Uint8Array;
  private readonly nonce = Buffer.alloc(prefixBytes + 5);
  private count = 0;

  constructor(secret: Uint8Array, { editId, part, direction }: PartId, header: Uint8Array) {
    if (secret.length !== secretBytes) throw new TypeError('a secret has 32 bytes');
    if (header[0] !== version) throw damaged();
    this.aad = joinFields('flux-context/part/1', direction, editId, part);
    this.keyAndPrefix = new Uint8Array(hkdfSync('sha256', secret, header.subarray(1), this.aad, keyBytes + prefixBytes));
    this.nonce.set(this.keyAndPrefix.subarray(keyBytes));
  }

  /** Chunk and tag, apart, so that a caller with room for the whole copies each byte once. */
  seal(plain: Uint8Array, last: boolean): [sealed: Uint8Array, tag: Uint8Array] {
    const sealing = createCipheriv(cipher, this.key(), this.nextNonce(last), { authTagLength: tagBytes });
    sealing.setAAD(this.aad);
    const sealed = sealing.update(plain);
    sealing.final();
    return [sealed, sealing.getAuthTag()];
  }

  open(sealed: Uint8Array, last: boolean): Uint8Array {
    const bytes = sealed.length - tagBytes;
    if (bytes < 0 || (bytes === 0 && this.count > 0)) throw damaged();
    const opening = createDecipheriv(cipher, this.key(), this.nextNonce(last), { authTagLength: tagBytes });
    opening.setAAD(this.aad).setAuthTag(sealed.subarray(bytes));
    const plain = opening.update(sealed.subarray(0, bytes));
    try {
      opening.final();
    } catch {
      zero(plain);
      throw damaged();
    }
    return plain;
  }

  end(): void {
    zero(this.keyAndPrefix, this.nonce);
  }

  private key(): Uint8Array {
    return this.keyAndPrefix.subarray(0, keyBytes);
  }

  /** Throws before the chunk number would repeat, at 256 TiB. */
  private nextNonce(last: boolean): Uint8Array {
    this.nonce.writeUInt32BE(this.count, prefixBytes);
    this.nonce[prefixBytes + 4] = last ? 1 : 0;
    this.count += 1;
    return this.nonce;
  }
}

const freshHeader = (): Uint8Array => Buffer.concat([Uint8Array.of(version), randomBytes(saltBytes)]);

/** Seals a part that is whole in memory. */
export function sealPart(secret: Uint8Array, id: PartId, plain: Uint8Array): Uint8Array {
  return sealUnder(secret, id, plain, freshHeader());
}

/** `sealPart` with a header of the caller's choice: for known-answer tests. Anything else would risk a repeated key stream. */
export function sealUnder(secret: Uint8Array, id: PartId, plain: Uint8Array, header: Uint8Array): Uint8Array {
  const chunks = new Chunks(secret, id, header);
  const out = Buffer.allocUnsafeSlow(sealedSize(plain.length));
  out.set(header);
  try {
    let to = headerBytes;
    for (let at = 0; at === 0 || at < plain.length; at += chunkBytes) {
      const [sealed, tag] = chunks.seal(plain.subarray(at, at + chunkBytes), at + chunkBytes >= plain.length);
      out.set(sealed, to);
      out.set(tag, to + sealed.length);
      to += sealed.length + tagBytes;
    }
  } finally {
    chunks.end();
  }
  return out;
}

/** Opens a part that is whole in memory. Nothing of it comes out unless all of it is genuine. */
export function openPart(secret: Uint8Array, id: PartId, sealed: Uint8Array): Uint8Array {
  const plainBytes = plainSizeMax(sealed.length);
  if (sealedSize(plainBytes) !== sealed.length) throw damaged();
  const chunks = new Chunks(secret, id, sealed.subarray(0, headerBytes));
  const out = Buffer.allocUnsafeSlow(plainBytes);
  try {
    let to = 0;
    for (let at = headerBytes; at < sealed.length; at += sealedChunkBytes) {
      const plain = chunks.open(sealed.subarray(at, at + sealedChunkBytes), at + sealedChunkBytes >= sealed.length);
      out.set(plain, to);
      to += plain.length;
      zero(plain);
    }
  } catch (error) {
    zero(out);
    throw error;
  } finally {
    chunks.end();
  }
  return out;
}

/** Seals a stream cut in any way, in memory bounded by one chunk. The plain fragments stay the caller's to overwrite. */
export async function* sealChunks(secret: Uint8Array, id: PartId, plain: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const header = freshHeader();
  const chunks = new Chunks(secret, id, header);
  try {
    yield header;
    for await (const { bytes, last } of regroup(plain, chunkBytes, chunkBytes)) yield Buffer.concat(chunks.seal(bytes, last));
  } finally {
    chunks.end();
  }
}

/**
 * Opens a sealed stream cut in any way, in memory bounded by one chunk. Each chunk comes out only after its tag held, so what
 * was yielded is genuine and in order; that it is *all* is known only when the stream ends without an error.
 */
export async function* openChunks(secret: Uint8Array, id: PartId, sealed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let chunks: Chunks | undefined;
  try {
    for await (const { bytes, last } of regroup(sealed, headerBytes, sealedChunkBytes)) {
      if (chunks) yield chunks.open(bytes, last);
      else if (last) throw damaged();
      else chunks = new Chunks(secret, id, bytes);
    }
  } finally {
    chunks?.end();
  }
}
