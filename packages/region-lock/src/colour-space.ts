import type { Picture } from '@flux-context/picture';
import { RegionLockError } from './region-lock-error.js';
import { readProfile, type Matrix } from './profile.js';

/**
 * How a picture's numbers stand for light: one curve per channel from code to light (0 to 1, rising), and the way from linear sRGB
 * into the picture's linear RGB, absent where they are the same.
 */
export interface ColourSpace {
  readonly codes: readonly [Float32Array, Float32Array, Float32Array];
  readonly fromSrgb?: Matrix;
}

/** IEC 61966-2-1:1999. */
export const srgbLight = (value: number): number => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);

/** Whether the profile of a picture can be computed backwards here: a matrix and three curves, as cameras, phones and editors write, or no profile. */
export const hasKnownColours = ({ icc }: Pick<Picture, 'icc'>): boolean => icc === undefined || readProfile(icc) !== undefined;

/** Throws `RegionLockError` where `hasKnownColours` says no. */
export const colourSpaceOf = ({ icc, depth }: Pick<Picture, 'icc' | 'depth'>): ColourSpace => {
  const codes = depth === 16 ? 65_536 : 256;
  const tabulated = (curve: (value: number) => number): Float32Array => Float32Array.from({ length: codes }, (_, code) => curve(code / (codes - 1)));
  if (icc === undefined) {
    const table = tabulated(srgbLight);
    return { codes: [table, table, table] };
  }
  const profile = readProfile(icc);
  if (!profile) throw new RegionLockError('lock.profile_unsupported');
  return { codes: [tabulated(profile.curves[0]), tabulated(profile.curves[1]), tabulated(profile.curves[2])], fromSrgb: profile.fromSrgb };
};

/** The code whose light is nearest from below or above, by halving. */
export const codeOf = (codes: Float32Array, light: number): number => {
  let [low, high] = [0, codes.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (codes[middle]! <= light) low = middle;
    else high = middle;
  }
  return light - codes[low]! < codes[high]! - light ? low : high;
};
