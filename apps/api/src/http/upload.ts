import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import type { ErrorCode, ProblemFault } from '@flux-context/contracts';
import { CodedError } from '@flux-context/runtime';
import busboy, { type Busboy } from 'busboy';
import { GrowingBytes } from './growing-bytes.js';

export interface FileLimits {
  readonly bytesMax: number;
  /** How many files may come under this name; one when absent. */
  readonly countMax?: number;
  /** The code for a file above `bytesMax`; `request.too_large` when absent. */
  readonly tooLarge?: ErrorCode;
}

export interface UploadLimits {
  readonly fields: Readonly<Record<string, { readonly bytesMax: number }>>;
  readonly files: Readonly<Record<string, FileLimits>>;
  /** Of all files together. */
  readonly filesBytesMax: number;
  /** Asked before bytes are kept, with their number; throws to refuse them. What it reserved is its owner's to give back. */
  reserve(bytes: number): void;
}

export interface UploadedFile {
  /** In memory of their own; overwrite them when done. */
  readonly bytes: Buffer;
  /** The Content-Type that the caller declared; not verified. */
  readonly declaredType: string;
}

export interface UploadedForm {
  readonly fields: ReadonlyMap<string, string>;
  readonly files: ReadonlyMap<string, readonly UploadedFile[]>;
  /** Overwrites every file. */
  zero(): void;
}

const fault = (path: string, rule: string): CodedError => new CodedError('request.invalid', { faults: [{ path, rule } satisfies ProblemFault] });

/**
 * A multipart body, read once into memory under limits; file names are dropped, nothing touches a disk. On any failure what
 * was read is overwritten and the rest is dropped as it comes.
 */
export class UploadForm {
  constructor(private readonly request: IncomingMessage) {}

  async read(limits: UploadLimits): Promise<UploadedForm> {
    const parser = this.open(limits);
    const reading = new Reading(limits, Number(this.request.headers['content-length'] ?? 0));
    try {
      await new Promise<void>((resolve, reject) => {
        const refuse = (error: unknown) => reject(error instanceof CodedError ? error : new CodedError('request.malformed'));
        const guarded =
          <A extends unknown[]>(take: (...args: A) => void) =>
          (...args: A) => {
            try {
              take(...args);
            } catch (error) {
              refuse(error);
            }
          };
        parser.on('field', guarded((name, text, info) => reading.takeField(name, text, info.nameTruncated || info.valueTruncated)));
        parser.on('file', guarded((name, stream, info) => reading.takeFile(name, stream, info.mimeType, refuse)));
        for (const limit of ['partsLimit', 'filesLimit', 'fieldsLimit'] as const) parser.on(limit, () => reject(fault('form', 'has too many parts')));
        // Not once: a parser that failed and is then destroyed fails again, and an error that nobody hears ends the process.
        parser.on('error', refuse).once('close', resolve);
        const gone = () => (this.request.complete ? undefined : refuse(undefined));
        if (this.request.destroyed) gone();
        this.request.once('close', gone).pipe(parser);
      });
    } catch (error) {
      this.request.unpipe(parser);
      parser.destroy();
      // The rest is read and dropped: a caller that still sends would otherwise see a broken connection instead of the answer.
      this.request.resume();
      reading.zero();
      throw error;
    }
    return reading.form();
  }

  private open(limits: UploadLimits): Busboy {
    if (!/^multipart\/form-data\s*;/i.test(this.request.headers['content-type'] ?? '')) throw new CodedError('request.media_type');
    const fields = Object.values(limits.fields);
    const files = Object.values(limits.files);
    const filesMax = files.reduce((sum, { countMax = 1 }) => sum + countMax, 0);
    try {
      return busboy({
        headers: this.request.headers,
        limits: {
          fieldNameSize: 100,
          fieldSize: Math.max(1, ...fields.map(({ bytesMax }) => bytesMax)),
          // One more than allowed: the surplus one is refused by its name, see `takeField` and `takeFile`.
          fields: fields.length + 1,
          files: filesMax + 1,
          parts: fields.length + filesMax + 1,
          headerPairs: 16,
        },
      });
    } catch {
      throw new CodedError('request.malformed');
    }
  }
}

/** What has been read of one body so far. */
class Reading {
  readonly #fields = new Map<string, string>();
  readonly #files = new Map<string, { bytes: GrowingBytes; declaredType: string }[]>();
  #filesBytes = 0;

  constructor(
    private readonly limits: UploadLimits,
    private readonly announcedBytes: number,
  ) {}

  takeField(name: string, text: string, truncated: boolean): void {
    const limit = Object.hasOwn(this.limits.fields, name) ? this.limits.fields[name] : undefined;
    if (limit === undefined) throw this.unknownPart(name, 'must be a file');
    if (this.#fields.has(name)) throw fault(name, 'at most 1');
    if (truncated || Buffer.byteLength(text) > limit.bytesMax) throw fault(name, `at most ${limit.bytesMax} bytes`);
    this.#fields.set(name, text);
  }

  takeFile(name: string, stream: Readable, declaredType: string, refuse: (error: unknown) => void): void {
    // A stream that is not read would hold the parser for ever.
    stream.on('error', refuse).resume();
    const limit = Object.hasOwn(this.limits.files, name) ? this.limits.files[name] : undefined;
    if (limit === undefined) throw this.unknownPart(name, 'must be text, not a file');
    const sameName = this.#files.get(name) ?? [];
    this.#files.set(name, sameName);
    if (sameName.length === (limit.countMax ?? 1)) throw fault(name, `at most ${limit.countMax ?? 1}`);
    const bytes = new GrowingBytes(Math.min(limit.bytesMax, this.announcedBytes || 65_536));
    sameName.push({ bytes, declaredType });
    let refused = false;
    stream.on('data', (chunk: Buffer) => {
      if (refused) return;
      try {
        this.keep(name, bytes, chunk, limit);
      } catch (error) {
        refused = true;
        refuse(error);
      }
    });
  }

  private keep(name: string, bytes: GrowingBytes, chunk: Buffer, limit: FileLimits): void {
    if (bytes.length + chunk.length > limit.bytesMax) throw new CodedError(limit.tooLarge ?? 'request.too_large', { limit: { name: `${name}BytesMax`, value: limit.bytesMax } });
    this.#filesBytes += chunk.length;
    if (this.#filesBytes > this.limits.filesBytesMax) throw new CodedError('request.too_large', { limit: { name: 'filesBytesMax', value: this.limits.filesBytesMax } });
    this.limits.reserve(chunk.length);
    bytes.append(chunk);
    chunk.fill(0);
  }

  private unknownPart(name: string, wrongKind: string): CodedError {
    const known = Object.hasOwn(this.limits.fields, name) || Object.hasOwn(this.limits.files, name);
    return known ? fault(name, wrongKind) : fault('form', 'has a part that is not known here');
  }

  zero(): void {
    for (const { bytes } of [...this.#files.values()].flat()) bytes.zero();
  }

  form(): UploadedForm {
    const files = new Map([...this.#files].map(([name, list]) => [name, list.map(({ bytes, declaredType }) => ({ bytes: bytes.view(), declaredType }))]));
    return { fields: this.#fields, files, zero: () => this.zero() };
  }
}
