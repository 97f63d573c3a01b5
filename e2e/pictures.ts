import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { scratch } from './content.js';

const example = readFileSync(join(import.meta.dirname, '../examples/coffee.jpg'));
const noiseSide = 256;

/** Noise of this run over a picture, so that nothing in it occurs by chance or in another run. */
async function noisy(picture: Sharp): Promise<Sharp> {
  const tile = await sharp(randomBytes(noiseSide ** 2), { raw: { width: noiseSide, height: noiseSide, channels: 1 } }).toColourspace('srgb').png().toBuffer();
  return picture.composite([{ input: tile, tile: true, blend: 'soft-light' }]);
}

const noisyExample = await (await noisy(sharp(example))).jpeg({ quality: 90 }).toBuffer();

/** The example photo of the README, as nobody else has it. */
export const photo = (): Buffer => noisyExample;

/** The same as a file of the journey, for programs that read one. */
export function photoFile(name = 'coffee.jpg'): string {
  const file = join(scratch, name);
  writeFileSync(file, noisyExample);
  return file;
}

/** A photo that takes the worker a second or more, so that something can happen in the middle. */
export async function largePhoto(width = 6_000, height = 4_000): Promise<Buffer> {
  const data = await sharp(example).resize(width, height, { fit: 'fill' }).raw().toBuffer();
  return (await noisy(sharp(data, { raw: { width, height, channels: 3 } }))).jpeg({ quality: 40 }).toBuffer();
}

/** Nothing but noise. */
export const noise = (width: number, height: number): Promise<Buffer> => sharp(randomBytes(width * height * 3), { raw: { width, height, channels: 3 } }).png().toBuffer();
