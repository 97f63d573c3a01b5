import sharp, { type Sharp } from 'sharp';

interface Size {
  readonly width: number;
  readonly height: number;
}

/** One edit, in words for the appliance and in sharp's calls for the peer: the same result format and quality. */
export interface Case {
  readonly instruction: string;
  readonly bare: (picture: Sharp, size: Size) => Sharp;
}

/** A mix of what people ask most: half geometry, half light and colour. */
export const cases: readonly Case[] = [
  { instruction: 'make it black and white', bare: (picture) => picture.greyscale().toColourspace('srgb') },
  { instruction: 'resize to 50%', bare: (picture, { width, height }) => picture.resize(Math.round(width / 2), Math.round(height / 2), { fit: 'fill' }) },
  { instruction: 'increase brightness by 20%', bare: (picture) => picture.modulate({ brightness: 1.2 }) },
  { instruction: 'rotate 90 degrees clockwise', bare: (picture) => picture.rotate(90) },
  { instruction: 'crop to square', bare: (picture, size) => picture.extract(middleSquare(size)) },
  { instruction: 'increase saturation by 30%', bare: (picture) => picture.modulate({ saturation: 1.3 }) },
];

/**
 * The peer: decode, edit and encode in this process, without limits, isolation, quota or sealing. The encoder is set as the
 * appliance sets it (quality 90, full chroma, no optimised Huffman tables), else the peer would be the slower one.
 */
export function editBare(bytes: Buffer, size: Size, index: number): Promise<Buffer> {
  const picture = sharp(bytes).autoOrient();
  return cases[index % cases.length]!.bare(picture, size).jpeg({ quality: 90, chromaSubsampling: '4:4:4', optimiseCoding: false }).toBuffer();
}

function middleSquare({ width, height }: Size) {
  const side = Math.min(width, height);
  return { left: (width - side) >> 1, top: (height - side) >> 1, width: side, height: side };
}

/** A picture with the statistics of a photo: smooth shapes, texture and grain; the same bytes every time. */
export async function photo(width: number, height: number): Promise<Buffer> {
  const data = Buffer.allocUnsafe(width * height * 3);
  let seed = 1;
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 3) {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
      const grain = (seed >>> 24) / 16;
      const shape = 90 + 60 * Math.sin(x / 97) * Math.cos(y / 71) + 40 * Math.sin((x + 2 * y) / 300);
      data[at] = shape + grain;
      data[at + 1] = shape * 0.8 + 30 * Math.sin(y / 53) + grain;
      data[at + 2] = 255 - shape + grain;
    }
  }
  return sharp(data, { raw: { width, height, channels: 3 } }).jpeg({ quality: 92 }).toBuffer();
}
