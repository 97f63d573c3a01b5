import { crc32, deflateSync } from 'node:zlib';

/** Bytes of profile that fit into one APP2 segment beside its length, name and numbering. */
const segmentMax = 65_519;

/** Puts a profile into a JPEG file, in as many APP2 segments as it needs, right after the start marker and JFIF segment. */
export const jpegWithProfile = (jpeg: Buffer, icc: Buffer): Buffer => {
  const count = Math.ceil(icc.length / segmentMax);
  const segments = Array.from({ length: count }, (_, index) => {
    const part = icc.subarray(index * segmentMax, (index + 1) * segmentMax);
    const head = Buffer.from([0xff, 0xe2, 0, 0, ...Buffer.from('ICC_PROFILE\0', 'latin1'), index + 1, count]);
    head.writeUInt16BE(part.length + head.length - 2, 2);
    return [head, part];
  });
  const at = jpeg[3] === 0xe0 ? 4 + jpeg.readUInt16BE(4) : 2;
  return Buffer.concat([jpeg.subarray(0, at), ...segments.flat(), jpeg.subarray(at)]);
};

/** Length, name and CRC around the 13 bytes of a PNG's header chunk, after the 8 of its signature. */
const afterHeader = 8 + 12 + 13;

/** Puts a profile into a PNG file, right after the header chunk. */
export const pngWithProfile = (png: Buffer, icc: Buffer): Buffer => {
  const body = Buffer.concat([Buffer.from('iCCPicc\0\0', 'latin1'), deflateSync(icc)]);
  const chunk = Buffer.alloc(body.length + 8);
  chunk.writeUInt32BE(body.length - 4, 0);
  body.copy(chunk, 4);
  chunk.writeUInt32BE(crc32(body), body.length + 4);
  return Buffer.concat([png.subarray(0, afterHeader), chunk, png.subarray(afterHeader)]);
};
