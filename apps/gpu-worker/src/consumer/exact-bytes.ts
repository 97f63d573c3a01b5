import { createHash } from 'node:crypto';
import { Transform } from 'node:stream';

/** Lets through a given number of bytes, hashing them, ends after the last, and fails when more come or fewer. */
export class ExactBytes extends Transform {
  private readonly hash = createHash('sha256');
  private missing: number;

  constructor(bytes: number) {
    super();
    this.missing = bytes;
  }

  /** SHA-256 of what went through, hex. Once only. */
  sha256(): string {
    return this.hash.digest('hex');
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.missing -= chunk.length;
    if (this.missing < 0) return done(new Error('More bytes came than were announced.'));
    this.hash.update(chunk);
    this.push(chunk);
    if (this.missing === 0) this.push(null);
    done();
  }

  override _flush(done: (error?: Error | null) => void): void {
    done(this.missing > 0 ? new Error('Fewer bytes came than were announced.') : null);
  }
}
