import { readFileSync } from 'node:fs';
import sharp, { type Sharp } from 'sharp';

/** A small picture with texture; the same bytes every time. */
export function texture(width: number, height: number, channels: 3 | 4 = 3): Sharp {
  const data = Buffer.alloc(width * height * channels);
  for (let at = 0, seed = 7; at < data.length; at++) {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    data[at] = (at * 3 + (seed >>> 27)) & 255;
  }
  return sharp(data, { raw: { width, height, channels } });
}

const [copyright, description, xmpWords] = ['metadata-that-must-not-come-back', 'described-by-words-that-must-not-come-back', 'xmp-that-must-not-come-back'] as const;
const metadata = { exif: { IFD0: { Copyright: copyright, ImageDescription: description } }, xmp: `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description words="${xmpWords}"/></rdf:RDF></x:xmpmeta>` };
const described = (picture: Sharp): Sharp => picture.withExif(metadata.exif).withXmp(metadata.xmp);

/** Small whole pictures of every format that is read, with metadata, by name. */
export async function wholePictures(): Promise<ReadonlyMap<string, Buffer>> {
  const size = [96, 64] as const;
  const makers: Record<string, () => Sharp> = {
    'baseline.jpg': () => described(texture(...size)).jpeg({ quality: 80 }),
    'progressive.jpg': () => described(texture(...size)).jpeg({ quality: 80, progressive: true }),
    'grey.jpg': () => texture(...size).greyscale().jpeg(),
    'cmyk.jpg': () => texture(...size).toColourspace('cmyk').jpeg(),
    'plain.png': () => described(texture(...size)).png(),
    'alpha.png': () => texture(...size, 4).png(),
    'palette.png': () => texture(...size).png({ palette: true, colours: 16 }),
    'interlaced.png': () => texture(...size).png({ progressive: true }),
    'deep.png': () => texture(...size).toColourspace('rgb16').png(),
    'lossy.webp': () => described(texture(...size)).webp({ quality: 70 }),
    'lossless.webp': () => texture(...size).webp({ lossless: true }),
    'alpha.webp': () => texture(...size, 4).webp(),
    'plain.avif': () => described(texture(...size)).avif({ effort: 0 }),
    'alpha.avif': () => texture(...size, 4).avif({ effort: 0 }),
  };
  const pictures = new Map<string, Buffer>();
  for (const [name, make] of Object.entries(makers)) pictures.set(name, await make().toBuffer());
  for (const name of ['wide', 'clear', 'ten-bit']) pictures.set(`${name}.heic`, readFileSync(new URL(`../../../packages/picture/fixtures/${name}.heic`, import.meta.url)));
  return pictures;
}

export const instructions = [
  'make it black and white', 'rotate 90 degrees clockwise', 'crop to square', 'increase brightness by 20%', 'resize to 50%', 'make it warmer', 'flip horizontally', 'increase contrast by 30% and make it sepia',
] as const;

/** Files carry a name that must never be seen again. */
export const fileName = 'file-name-of-the-caller.jpg';

/** What calls send over and over, for who searches whether it was kept. */
export const sentByCalls = async (): Promise<{ pictures: ReadonlyMap<string, Buffer>; words: readonly string[] }> => ({
  pictures: await wholePictures(),
  words: [...instructions, fileName, copyright, description, xmpWords],
});
