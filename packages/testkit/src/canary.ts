import { createReadStream, readdirSync, statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** How long a piece of content must be to count as kept: shorter ones occur by chance. */
const windowBytes = 16;
/** Bytes that change less often than this, as in a run of zeros, say nothing about where they came from. */
const changesMin = 6;
const filterBits = 24;
const chunkBytes = 65_536;

/** Content that must not be anywhere, and a name for the form it has here, as `raw pixels` or `instruction, JSON`. */
export interface Needle {
  readonly form: string;
  readonly bytes: Uint8Array;
}

/** Where something was kept, and what. Never the content itself. */
export interface Hit {
  readonly form: string;
  readonly file: string;
}

export interface Place {
  readonly folder: string;
  /** Only files that were written since, in ms of the epoch; all when absent. */
  readonly sinceMs?: number;
  /** Folders and files that are not looked into, by their path. */
  readonly except?: readonly string[];
}

/**
 * Searches files for content that must not have been kept, wherever it stands: any 16 bytes in a row of a needle below 4 KiB,
 * any 31 of one below 256 KiB, and any 79 of a larger one. Files are streamed, so memory is bounded by the needles: about 100
 * bytes a window.
 */
export class Canary {
  readonly #forms = new Map<string, string>();
  /** One bit for each hash of the first four bytes of a window; most places of a file are ruled out by it alone. */
  readonly #filter = new Uint8Array(2 ** (filterBits - 3));

  constructor(private readonly needles: readonly Needle[]) {
    for (const { form, bytes } of needles) this.learn(form, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  }

  async search(places: readonly Place[]): Promise<Hit[]> {
    const hits: Hit[] = [];
    for (const place of places) for (const file of filesOf(place)) hits.push(...(await this.searchFile(file)).map((form) => ({ form, file })));
    return hits;
  }

  /** The forms that a file holds. A file that vanished meanwhile holds nothing. */
  async searchFile(file: string): Promise<string[]> {
    const found = new Set<string>();
    let rest = Buffer.alloc(0);
    try {
      for await (const chunk of createReadStream(file, { highWaterMark: chunkBytes }) as AsyncIterable<Buffer>) {
        const bytes = Buffer.concat([rest, chunk]);
        this.searchBytes(bytes, found);
        rest = bytes.subarray(Math.max(0, bytes.length - windowBytes + 1));
      }
    } catch (error) {
      if (!['ENOENT', 'EACCES', 'ENXIO'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
    return [...found];
  }

  /** The positive control: plants each needle in a file of its own, in the middle of other bytes, and gives the forms that were not found. */
  async missedControls(folder: string): Promise<string[]> {
    const missed: string[] = [];
    for (const [index, { form, bytes }] of this.needles.entries()) {
      const file = join(folder, `control-${index}`);
      const middle = bytes.length >> 1;
      const piece = bytes.length < 4_096 ? bytes : bytes.subarray(middle, middle + 79);
      await writeFile(file, Buffer.concat([Buffer.alloc(70_000, 'other '), piece, Buffer.alloc(1_000, ' bytes')]));
      if (!(await this.searchFile(file)).includes(form)) missed.push(form);
    }
    return missed;
  }

  private learn(form: string, bytes: Buffer): void {
    const stride = bytes.length < 4_096 ? 1 : bytes.length < 262_144 ? windowBytes : 4 * windowBytes;
    for (let at = 0; at + windowBytes <= bytes.length; at += stride) {
      const window = bytes.subarray(at, at + windowBytes);
      // One that begins with a run would be looked up wherever a file has a run, as databases do over long stretches.
      if (changesIn(window) < changesMin || changesIn(window.subarray(0, 4)) === 0) continue;
      this.#forms.set(window.toString('latin1'), form);
      const hash = hashOf(window.readUInt32BE(0));
      this.#filter[hash >>> 3]! |= 1 << (hash & 7);
    }
  }

  private searchBytes(bytes: Buffer, found: Set<string>): void {
    if (bytes.length < windowBytes) return;
    const filter = this.#filter;
    const last = bytes.length - windowBytes;
    let head = bytes.readUInt32BE(0);
    for (let at = 0; at <= last; at++) {
      const hash = hashOf(head);
      if ((filter[hash >>> 3]! & (1 << (hash & 7))) !== 0) {
        const form = this.#forms.get(bytes.toString('latin1', at, at + windowBytes));
        if (form !== undefined) found.add(form);
      }
      head = ((head << 8) | bytes[at + 4]!) >>> 0;
    }
  }
}

function changesIn(window: Buffer): number {
  let changes = 0;
  for (let at = 1; at < window.length; at++) if (window[at] !== window[at - 1]) changes += 1;
  return changes;
}

/** Taken out of the global object, where looking it up costs more than the multiplication when a test runner stands in between. */
const { imul } = Math;
const hashOf = (head: number): number => imul(head, 0x9e3779b1) >>> (32 - filterBits);

/** The forms that a text takes where programs write it down. */
export function textNeedles(name: string, text: string): Needle[] {
  const utf8 = Buffer.from(text, 'utf8');
  const json = Buffer.from(JSON.stringify({ text }), 'utf8');
  return [
    { form: `${name}, UTF-8`, bytes: utf8 },
    // Either order of bytes: windows stand at every offset, and every second one is the other order's.
    { form: `${name}, UTF-16`, bytes: Buffer.from(text, 'utf16le') },
    ...(json.includes(utf8) ? [] : [{ form: `${name}, JSON`, bytes: json.subarray(9, -2) }]),
    // The three ways in which three bytes can be cut into four letters.
    ...[0, 1, 2].map((shift) => ({ form: `${name}, base64 at ${shift}`, bytes: Buffer.from(utf8.subarray(shift).toString('base64').slice(0, -4), 'latin1') })),
    { form: `${name}, hex`, bytes: Buffer.from(utf8.toString('hex'), 'latin1') },
  ];
}

/** Windows of bytes as they are, and as base64 and hex of their beginning, middle and end. */
export function byteNeedles(name: string, bytes: Uint8Array): Needle[] {
  const some = [0, Math.floor(bytes.length / 2), Math.max(0, bytes.length - 768)].map((at) => Buffer.from(bytes.subarray(at, at + 768)));
  return [
    { form: name, bytes },
    ...some.flatMap((piece, at) => [
      ...[0, 1, 2].map((shift) => ({ form: `${name}, base64 at ${at}.${shift}`, bytes: Buffer.from(piece.subarray(shift).toString('base64'), 'latin1') })),
      { form: `${name}, hex at ${at}`, bytes: Buffer.from(piece.toString('hex'), 'latin1') },
    ]),
  ];
}

function* filesOf({ folder, sinceMs = 0, except = [] }: Place): Generator<string> {
  for (const entry of entriesOf(folder)) {
    const path = join(folder, entry.name);
    if (except.includes(path)) continue;
    if (entry.isDirectory()) yield* filesOf({ folder: path, sinceMs, except });
    else if (entry.isFile() && writtenMs(path) >= sinceMs) yield path;
  }
}

/** Programs remove folders and files while others look. */
const entriesOf = (folder: string) => unlessGone(() => readdirSync(folder, { withFileTypes: true })) ?? [];
const writtenMs = (path: string): number => unlessGone(() => statSync(path).mtimeMs) ?? -1;

function unlessGone<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (['ENOENT', 'EACCES', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}
