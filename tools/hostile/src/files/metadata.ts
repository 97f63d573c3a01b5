import sharp from 'sharp';
import { piecesOf } from '../damage.js';

const windowBytes = 16;
/** Tables that every JPEG of our encoder carries may stand in a thumbnail of the input as well. */
const usual = await sharp({ create: { width: 8, height: 8, channels: 3, background: '#777' } }).jpeg({ quality: 90, chromaSubsampling: '4:4:4', optimiseCoding: false }).toBuffer();

/** Windows of the EXIF, XMP, IPTC, comments and texts of a file, as far as anybody can read them; only ones that stand out. */
export async function metadataWindows(bytes: Buffer): Promise<Buffer[]> {
  const blocks = [...(await known(bytes)), ...texts(bytes)];
  return blocks.flatMap((block) => {
    const windows: Buffer[] = [];
    for (let at = 0; at + windowBytes <= block.length && windows.length < 500; at += windowBytes) windows.push(block.subarray(at, at + windowBytes));
    return windows.filter((window) => new Set(window).size >= 8 && !usual.includes(window));
  });
}

async function known(bytes: Buffer): Promise<Buffer[]> {
  try {
    const { exif, xmp, iptc } = await sharp(bytes, { failOn: 'none' }).metadata();
    return [exif, xmp, iptc].flatMap((block) => block ?? []);
  } catch {
    return [];
  }
}

/** Segments and chunks that hold words, read as they stand. */
function texts(bytes: Buffer): Buffer[] {
  try {
    return piecesOf(bytes).filter((piece) => (piece[0] === 0xff && [0xe1, 0xed, 0xfe].includes(piece[1]!)) || /^(tEXt|zTXt|iTXt|eXIf)$/.test(piece.toString('latin1', 4, 8)) || /^(EXIF|XMP )$/.test(piece.toString('latin1', 0, 4)));
  } catch {
    return [];
  }
}

/** What a picture says beside its pixels and its colour profile. */
export async function metadataOf(picture: Buffer): Promise<string[]> {
  const { exif, xmp, iptc, comments } = await sharp(picture, { limitInputPixels: false }).metadata();
  return Object.entries({ exif, xmp, iptc, comments }).flatMap(([name, block]) => (block === undefined || block.length === 0 ? [] : [name]));
}
