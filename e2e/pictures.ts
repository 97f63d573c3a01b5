import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';

/** The example photo of the README. */
export const photo = (): Buffer => readFileSync(join(import.meta.dirname, '../examples/coffee.jpg'));

/** A photo that takes the worker a second or more, so that something can happen in the middle. */
export const largePhoto = (width = 6_000, height = 4_000): Promise<Buffer> => sharp(photo()).resize(width, height, { fit: 'fill' }).jpeg({ quality: 80 }).toBuffer();
