import type { Colour } from '@flux-context/instructions';
import { power } from './arithmetic.js';

/** Three numbers, 0 to 1; whether encoded or linear in light is said where it is used. */
export interface Rgb {
  readonly r: number;
  readonly g: number;
  readonly b: number;
}

/** From the encoded value to light (IEC 61966-2-1:1999). Pictures with another RGB profile are read as if by this curve; Display P3 has the same one. */
export const decode = (value: number): number => (value <= 0.04045 ? value / 12.92 : power((value + 0.055) / 1.055, 2.4));

/** From light to the encoded value, the inverse of `decode`. Clips to 0 and 1. */
export const encode = (light: number): number => {
  if (light >= 1) return 1;
  return light <= 0.0031308 ? Math.max(0, light) * 12.92 : 1.055 * power(light, 1 / 2.4) - 0.055;
};

/** A `#rrggbb` colour, linear in light. */
export const lightOf = (colour: Colour): Rgb => {
  const channel = (at: number) => decode(Number.parseInt(colour.slice(at, at + 2), 16) / 255);
  return { r: channel(1), g: channel(3), b: channel(5) };
};
