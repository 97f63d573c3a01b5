import type { Picture } from '@flux-context/picture';
import { RegionLockError } from './region-lock-error.js';
import { readProfile, type Matrix } from './profile.js';

/**
 * How a picture's numbers stand for light: one curve per channel from code to light (0 to 1, rising), and the way from linear sRGB
 * into the picture's linear RGB, absent where they are the same.
 */
export interface ColourSpace {
  readonly codes: readonly [Codes, Codes, Codes];
  readonly fromSrgb?: Matrix;
}

/** The light of each code, and for steps of light from 0 to 1 the code that is nearest, from which a search need not go far. */
export interface Codes {
  readonly light: Float32Array;
  readonly nearest: Uint16Array;
}

const steps = 2 ** 14;

/** IEC 61966-2-1:1999. */
export const srgbLight = (value: number): number => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);

/** Whether the profile of a picture can be computed backwards here: a matrix and three curves, as cameras, phones and editors write, or no profile. */
export const hasKnownColours = ({ icc }: Pick<Picture, 'icc'>): boolean => icc === undefined || readProfile(icc) !== undefined;

/** Throws `RegionLockError` where `hasKnownColours` says no. */
export const colourSpaceOf = ({ icc, depth }: Pick<Picture, 'icc' | 'depth'>): ColourSpace => {
  const tabulated = (curve: (value: number) => number): Codes => codesOf(curve, depth === 16 ? 65_536 : 256);
  if (icc === undefined) {
    const table = tabulated(srgbLight);
    return { codes: [table, table, table] };
  }
  const profile = readProfile(icc);
  if (!profile) throw new RegionLockError('lock.profile_unsupported');
  return { codes: [tabulated(profile.curves[0]), tabulated(profile.curves[1]), tabulated(profile.curves[2])], fromSrgb: profile.fromSrgb };
};

const codesOf = (curve: (value: number) => number, count: number): Codes => {
  const light = Float32Array.from({ length: count }, (_, code) => curve(code / (count - 1)));
  const nearest = new Uint16Array(steps);
  for (let step = 1; step < steps; step += 1) nearest[step] = searched(light, nearest[step - 1]!, step / steps);
  return { light, nearest };
};

/** The code whose light is nearest from below or above. */
export const codeOf = ({ light, nearest }: Codes, wanted: number): number => searched(light, nearest[Math.min(steps - 1, Math.max(0, wanted * steps)) | 0]!, wanted);

/** From a code that is not too high. */
const searched = (light: Float32Array, from: number, wanted: number): number => {
  let code = from;
  while (code < light.length - 1 && light[code + 1]! - wanted <= wanted - light[code]!) code += 1;
  return code;
};
