import type { SourceFormat } from './edits.js';

/**
 * What the first bytes of a file say about it. The bytes are hostile: every read is bounded, every loop moves forward and
 * ends soon, and whatever is missing or makes no sense is `undefined`. It is advice for an early answer; the decoder decides.
 */

/**
 * Segments, chunks, boxes or entries that are looked at before the search is given up. Real files stay far below; a file
 * made of millions of tiny ones would otherwise hold up everybody whom the same event loop serves.
 */
const stepsMax = 10_000;

export interface Dimensions {
  readonly width: number;
  readonly height: number;
}

/** The format by its magic bytes; 32 bytes are enough, for HEIF with many brands some more. */
export const sniffFormat = (head: Uint8Array): SourceFormat | undefined => {
  if (startsWith(head, [0xff, 0xd8, 0xff])) return 'jpeg';
  if (startsWith(head, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) return 'png';
  if (text(head, 0) === 'RIFF' && text(head, 8) === 'WEBP') return 'webp';
  return text(head, 4) === 'ftyp' ? heifFormat(head) : undefined;
};

/**
 * Width and height as a viewer shows them, that is with the orientation of EXIF or HEIF applied. Looks only at what is
 * given: undefined when the header lies further on, is damaged, or belongs to a format that is not accepted.
 */
export const readDimensions = (head: Uint8Array): Dimensions | undefined => {
  const format = sniffFormat(head);
  const stored = format && readers[format](head);
  return stored && stored.width > 0 && stored.height > 0 ? stored : undefined;
};

const byte = (bytes: Uint8Array, at: number): number => bytes[at] ?? 0;
const u16 = (bytes: Uint8Array, at: number): number => byte(bytes, at) * 256 + byte(bytes, at + 1);
const u32 = (bytes: Uint8Array, at: number): number => u16(bytes, at) * 65_536 + u16(bytes, at + 2);
const u16le = (bytes: Uint8Array, at: number): number => byte(bytes, at) + byte(bytes, at + 1) * 256;
const u24le = (bytes: Uint8Array, at: number): number => u16le(bytes, at) + byte(bytes, at + 2) * 65_536;
const u32le = (bytes: Uint8Array, at: number): number => u16le(bytes, at) + u16le(bytes, at + 2) * 65_536;
const text = (bytes: Uint8Array, at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4));
const startsWith = (bytes: Uint8Array, magic: readonly number[]): boolean => magic.every((value, index) => bytes[index] === value);

const oriented = (stored: Dimensions, swapped: boolean | undefined): Dimensions => (swapped ? { width: stored.height, height: stored.width } : stored);

/** Whether a TIFF block as EXIF has it asks for a quarter turn. */
const exifSwaps = (tiff: Uint8Array): boolean => {
  const little = text(tiff, 0) === 'II*\0';
  if (!little && text(tiff, 0) !== 'MM\0*') return false;
  const short = little ? u16le : u16;
  const directory = (little ? u32le : u32)(tiff, 4);
  const entries = Math.min(short(tiff, directory), 512);
  for (let index = 0; index < entries; index += 1) {
    const entry = directory + 2 + index * 12;
    if (short(tiff, entry) === 0x0112) return short(tiff, entry + 8) >= 5 && short(tiff, entry + 8) <= 8;
  }
  return false;
};

const isFrameHeader = (marker: number): boolean => marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;

const readJpeg = (head: Uint8Array): Dimensions | undefined => {
  let swapped: boolean | undefined;
  for (let at = 2, steps = 0; at + 9 <= head.length && head[at] === 0xff && steps < stepsMax; steps += 1) {
    const marker = byte(head, at + 1);
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    if (isFrameHeader(marker)) return oriented({ height: u16(head, at + 5), width: u16(head, at + 7) }, swapped);
    if (marker === 0xda || marker === 0xd9) return undefined;
    const end = at + 2 + Math.max(u16(head, at + 2), 2);
    if (marker === 0xe1 && text(head, at + 4) === 'Exif') swapped ??= exifSwaps(head.subarray(at + 10, end));
    at = end;
  }
  return undefined;
};

const readPng = (head: Uint8Array): Dimensions | undefined => {
  if (head.length < 26 || text(head, 12) !== 'IHDR') return undefined;
  let swapped: boolean | undefined;
  for (let at = 33, steps = 0; at + 8 <= head.length && steps < stepsMax; at += 12 + u32(head, at), steps += 1) {
    if (text(head, at + 4) === 'eXIf') swapped ??= exifSwaps(head.subarray(at + 8, at + 8 + u32(head, at)));
  }
  return oriented({ width: u32(head, 16), height: u32(head, 20) }, swapped);
};

const readWebp = (head: Uint8Array): Dimensions | undefined => {
  if (head.length < 30) return undefined;
  if (text(head, 12) === 'VP8 ') return { width: u16le(head, 26) % 16_384, height: u16le(head, 28) % 16_384 };
  if (text(head, 12) === 'VP8L') {
    const bits = u32le(head, 21);
    return head[20] === 0x2f ? { width: (bits % 16_384) + 1, height: (Math.floor(bits / 16_384) % 16_384) + 1 } : undefined;
  }
  if (text(head, 12) !== 'VP8X') return undefined;
  let swapped: boolean | undefined;
  for (let at = 30, steps = 0; at + 8 <= head.length && steps < stepsMax; steps += 1) {
    const length = u32le(head, at + 4);
    if (text(head, at) === 'EXIF') swapped ??= exifSwaps(afterPreamble(head.subarray(at + 8, at + 8 + length)));
    at += 8 + length + (length % 2);
  }
  return oriented({ width: u24le(head, 24) + 1, height: u24le(head, 27) + 1 }, swapped);
};

/** Some writers put JPEG's "Exif\0\0" before the TIFF block in other containers too. */
const afterPreamble = (exif: Uint8Array): Uint8Array => (text(exif, 0) === 'Exif' ? exif.subarray(6) : exif);

const avifBrands = ['avif', 'avis'];
const heicBrands = ['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'hevm', 'hevs'];

/** The major brand decides, else the first compatible one that says something. */
const heifFormat = (head: Uint8Array): SourceFormat | undefined => {
  const end = Math.min(u32(head, 0), head.length, 512);
  for (let at = 8; at + 4 <= end; at += at === 8 ? 8 : 4) {
    const brand = text(head, at);
    if (avifBrands.includes(brand)) return 'avif';
    if (heicBrands.includes(brand)) return 'heic';
  }
  return undefined;
};

interface HeifBox {
  readonly type: string;
  readonly start: number;
  readonly end: number;
}

function* boxes(head: Uint8Array, from: number, to: number): Generator<HeifBox> {
  for (let at = from, steps = 0; at + 8 <= to && steps < stepsMax; steps += 1) {
    const size = u32(head, at);
    const wide = size === 1;
    const length = wide ? u32(head, at + 8) * 2 ** 32 + u32(head, at + 12) : size === 0 ? to - at : size;
    const start = at + (wide ? 16 : 8);
    if (at + length < start) return;
    yield { type: text(head, at + 4), start, end: Math.min(at + length, to) };
    at += length;
  }
}

/** The size of the primary picture: its properties are applied in the order in which the file lists them for it. */
const readHeif = (head: Uint8Array): Dimensions | undefined => {
  let size: Dimensions | undefined;
  for (const { type, start, end } of primaryProperties(head)) {
    if (type === 'ispe' && start + 12 <= end) size = { width: u32(head, start + 4), height: u32(head, start + 8) };
    if (type === 'clap' && start + 16 <= end) size = { width: ratio(head, start), height: ratio(head, start + 8) };
    if (type === 'irot' && start < end && size) size = oriented(size, byte(head, start) % 2 === 1);
  }
  return size;
};

const ratio = (head: Uint8Array, at: number): number => Math.floor(u32(head, at) / Math.max(u32(head, at + 4), 1));

const primaryProperties = (head: Uint8Array): HeifBox[] => {
  const meta = child(head, { start: 0, end: head.length }, 'meta');
  const inside = meta && { start: meta.start + 4, end: meta.end };
  const primary = inside && child(head, inside, 'pitm');
  const properties = inside && child(head, inside, 'iprp');
  const container = properties && child(head, properties, 'ipco');
  const associations = properties && child(head, properties, 'ipma');
  if (!primary || !container || !associations) return [];
  const item = byte(head, primary.start) === 0 ? u16(head, primary.start + 4) : u32(head, primary.start + 4);
  const all = [...boxes(head, container.start, container.end)];
  return associated(head, associations, item).flatMap((index) => all[index - 1] ?? []);
};

const child = (head: Uint8Array, within: Omit<HeifBox, 'type'>, type: string): HeifBox | undefined => {
  for (const box of boxes(head, within.start, within.end)) if (box.type === type) return box;
  return undefined;
};

/** The numbers, from 1, of the properties that an `ipma` box gives to an item. */
const associated = (head: Uint8Array, ipma: HeifBox, item: number): number[] => {
  const idBytes = byte(head, ipma.start) === 0 ? 2 : 4;
  const wide = byte(head, ipma.start + 3) % 2 === 1;
  for (let at = ipma.start + 8, steps = 0; at + idBytes < ipma.end && steps < stepsMax; steps += 1) {
    const found = (idBytes === 2 ? u16(head, at) : u32(head, at)) === item;
    const count = byte(head, at + idBytes);
    at += idBytes + 1;
    if (found) return Array.from({ length: count }, (_, index) => (wide ? u16(head, at + index * 2) % 32_768 : byte(head, at + index) % 128));
    at += count * (wide ? 2 : 1);
  }
  return [];
};

const readers: Readonly<Record<SourceFormat, (head: Uint8Array) => Dimensions | undefined>> = {
  jpeg: readJpeg,
  png: readPng,
  webp: readWebp,
  avif: readHeif,
  heic: readHeif,
};
