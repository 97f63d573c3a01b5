import { crc32, deflateSync } from 'node:zlib';
import type { Random } from './random.js';

/** One way to damage a file. Gives undefined where it does not apply to this format. */
export type Damage = (whole: Buffer, random: Random) => Buffer | undefined;

const isPng = (bytes: Buffer) => bytes.readUInt32BE(0) === 0x89504e47;
const isJpeg = (bytes: Buffer) => bytes.readUInt16BE(0) === 0xffd8;
const isWebp = (bytes: Buffer) => bytes.toString('latin1', 8, 12) === 'WEBP';

/** The pieces that a file of its format consists of: chunks of PNG and WebP, segments of JPEG, boxes of AVIF and HEIC. The first piece includes the signature. */
export function piecesOf(bytes: Buffer): Buffer[] {
  const [start, sizeAt] = isPng(bytes) ? [8, (at: number) => bytes.readUInt32BE(at) + 12] as const
    : isJpeg(bytes) ? [2, (at: number) => (bytes[at] === 0xff && bytes[at + 1] !== 0xda ? bytes.readUInt16BE(at + 2) + 2 : bytes.length)] as const
    : isWebp(bytes) ? [12, (at: number) => 8 + ((bytes.readUInt32LE(at + 4) + 1) & ~1)] as const
    : [0, (at: number) => bytes.readUInt32BE(at)] as const;
  const pieces = start > 0 ? [bytes.subarray(0, start)] : [];
  for (let at = start; at + 8 <= bytes.length; ) {
    const size = Math.max(8, sizeAt(at));
    pieces.push(bytes.subarray(at, at + size));
    at += size;
  }
  return pieces;
}

function changed(whole: Buffer, change: (copy: Buffer) => void): Buffer {
  const copy = Buffer.from(whole);
  change(copy);
  return copy;
}

/** PNG chunks carry checksums; a file whose checksums are wrong is refused before anything interesting happens. */
export function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}

function hugePng(whole: Buffer, side: number): Buffer {
  const header = Buffer.from(whole.subarray(16, 29));
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  return Buffer.concat([whole.subarray(0, 8), chunk('IHDR', header), whole.subarray(33)]);
}

function hugeJpeg(whole: Buffer, side: number): Buffer | undefined {
  const at = piecesOf(whole).reduce<{ at: number; found?: number }>((seen, piece) => (piece[0] === 0xff && [0xc0, 0xc2].includes(piece[1]!) && seen.found === undefined ? { at: seen.at, found: seen.at } : { ...seen, at: seen.at + piece.length }), { at: 0 }).found;
  return at === undefined ? undefined : changed(whole, (copy) => {
    copy.writeUInt16BE(Math.min(side, 65_535), at + 5);
    copy.writeUInt16BE(Math.min(side, 65_535), at + 7);
  });
}

function hugeHeif(whole: Buffer, side: number): Buffer | undefined {
  const at = whole.indexOf('ispe');
  return at < 0 ? undefined : changed(whole, (copy) => {
    copy.writeUInt32BE(side, at + 8);
    copy.writeUInt32BE(side, at + 12);
  });
}

function hugeWebp(whole: Buffer): Buffer | undefined {
  const at = whole.indexOf('VP8X');
  return at < 0 ? changed(whole, (copy) => copy.writeUInt16LE(0x3fff, Math.min(26, copy.length - 2))) : changed(whole, (copy) => copy.fill(0xff, at + 12, at + 18));
}

/** Declares a picture far larger than the file can hold. */
const hugeSize: Damage = (whole, random) => {
  const side = random.pick([65_535, 20_000, 0x7fffffff, 100_000, 0]);
  if (isPng(whole)) return hugePng(whole, side);
  if (isJpeg(whole)) return hugeJpeg(whole, side);
  return isWebp(whole) ? hugeWebp(whole) : hugeHeif(whole, side);
};

/** A few kilobytes that unpack to gigabytes, as text and as pixels. */
const bomb: Damage = (whole, random) => {
  if (!isPng(whole)) return undefined;
  const zeros = deflateSync(Buffer.alloc(random.pick([1, 16, 48]) * 1_048_576));
  const text = chunk('zTXt', Buffer.concat([Buffer.from('Comment\0\0'), zeros]));
  const profile = chunk('iCCP', Buffer.concat([Buffer.from('icc\0\0'), zeros]));
  return random.pick([Buffer.concat([whole.subarray(0, 33), text, whole.subarray(33)]), Buffer.concat([whole.subarray(0, 33), profile, whole.subarray(33)]), Buffer.concat([hugePng(whole, 9_999).subarray(0, 33), chunk('IDAT', zeros), chunk('IEND', Buffer.alloc(0))])]);
};

const strangers = [
  Buffer.from('PK\u0003\u0004\u0014\0\0\0\0\0', 'latin1'), Buffer.from('<html><script>alert(1)</script></html>'), Buffer.from('%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj'), Buffer.from('#!/bin/sh\nid\n'), Buffer.from('GIF89a'), Buffer.from('II*\0\b\0\0\0', 'latin1'),
  Buffer.from('<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;">]><svg xmlns="http://www.w3.org/2000/svg"><text>&c;</text></svg>'), Buffer.from('\x7fELF\x02\x01\x01', 'latin1'), Buffer.from('BM\x36\0\x0c\0\0\0\0\0\x36\0\0\0', 'latin1'),
];

export const damages: Readonly<Record<string, Damage>> = {
  truncated: (whole, random) => whole.subarray(0, 1 + random.below(whole.length - 1)),
  bits: (whole, random) => changed(whole, (copy) => {
    for (let flips = random.pick([1, 4, 16, 64]); flips > 0; flips--) copy[random.below(copy.length)]! ^= 1 << random.below(8);
  }),
  head: (whole, random) => changed(whole, (copy) => {
    for (let flips = 3; flips > 0; flips--) copy[random.below(Math.min(160, copy.length))] = random.below(256);
  }),
  zeros: (whole, random) => changed(whole, (copy) => {
    const at = random.below(copy.length);
    copy.fill(random.pick([0, 255]), at, Math.min(copy.length, at + random.pick([4, 64, 1_024])));
  }),
  repeated: (whole, random) => {
    const at = random.below(whole.length);
    return Buffer.concat([whole.subarray(0, at), ...Array.from({ length: random.pick([1, 20]) }, () => whole.subarray(at, at + 200)), whole.subarray(at)]);
  },
  removed: (whole, random) => {
    const at = random.below(whole.length);
    return Buffer.concat([whole.subarray(0, at), whole.subarray(at + random.pick([1, 16, 256]))]);
  },
  shuffled: (whole, random) => {
    const [first, ...rest] = piecesOf(whole);
    return Buffer.concat([first!, ...random.shuffle(rest)]);
  },
  doubled: (whole, random) => {
    const pieces = piecesOf(whole);
    const at = random.below(pieces.length);
    return Buffer.concat([...pieces.slice(0, at + 1), ...Array.from({ length: random.pick([1, 500]) }, () => pieces[at]!), ...pieces.slice(at + 1)]);
  },
  missing: (whole, random) => {
    const pieces = piecesOf(whole);
    return Buffer.concat(pieces.toSpliced(random.below(pieces.length), 1));
  },
  hugeSize,
  bomb,
  polyglot: (whole, random) => random.pick([Buffer.concat([whole, random.pick(strangers)]), Buffer.concat([random.pick(strangers), whole]), Buffer.concat([whole, whole])]),
  wrongType: (whole, random) => Buffer.concat([random.pick(strangers), random.bytes(random.below(2_000)), whole.subarray(0, 10)]),
};
