import type { PixelBox } from '@flux-context/picture';
import { emptySpectrum, transform, type Spectrum } from './fourier.js';
import type { Raster } from './raster.js';

const { cos, exp, floor, log, max, min, sqrt } = Math;

/** By how many pixels the content of a second window lies further right and down than in a first one. */
export interface Displacement {
  readonly x: number;
  readonly y: number;
  /** From 0, no likeness at all, to 1, the same content. */
  readonly confidence: number;
}

/** Width of the peak in pixels: the spectrum is damped such that the peak is a Gaussian, whose middle three samples tell exactly. */
const peakWidth = 1.2;

/**
 * Phase correlation (Kuglin and Hines 1975) of luminance gradients taken as complex numbers (Argyriou and Vlachos 2003), so that
 * tints and slow changes of light have no say. `side` is the power of two that the windows are padded to; shifts of up to half of
 * it are told apart.
 */
export const displacementBetween = (first: Raster, second: Raster, window: PixelBox, side: number): Displacement => {
  const a = gradients(first, window, side);
  const b = gradients(second, window, side);
  transform(a, 'forward');
  transform(b, 'forward');
  const strongest = whiten(a, b);
  transform(b, 'back');
  const found = strongest > 0 ? peakOf(b, strongest) : { x: 0, y: 0, confidence: 0 };
  for (const values of [a.re, a.im, b.re, b.im]) values.fill(0);
  return found;
};

/** Central differences under a Hann window, which hides that the picture does not repeat. */
const gradients = (luma: Raster, { left, top, width, height }: PixelBox, side: number): Spectrum => {
  const { re, im } = emptySpectrum(side);
  const hann = (i: number, count: number): number => 0.5 - 0.5 * cos((2 * Math.PI * (i + 0.5)) / count);
  const across = Float64Array.from({ length: width }, (_, x) => hann(x, width));
  const { data } = luma;
  for (let y = 0; y < height; y += 1) {
    const row = (top + y) * luma.width;
    const above = max(top + y - 1, 0) * luma.width;
    const below = min(top + y + 1, luma.height - 1) * luma.width;
    const down = hann(y, height);
    for (let x = 0; x < width; x += 1) {
      const weight = down * across[x]!;
      const at = left + x;
      re[y * side + x] = weight * (data[row + min(at + 1, luma.width - 1)]! - data[row + max(at - 1, 0)]!);
      im[y * side + x] = weight * (data[below + at]! - data[above + at]!);
    }
  }
  return { side, re, im };
};

/** Leaves in `b` the damped phase of conj(a) b, and says how high the peak would be if the windows were alike. */
const whiten = (a: Spectrum, b: Spectrum): number => {
  const { side } = a;
  const damping = Float64Array.from({ length: side }, (_, i) => exp(-0.5 * ((2 * Math.PI * min(i, side - i) * peakWidth) / side) ** 2));
  let mean = 0;
  for (let at = 0; at < a.re.length; at += 1) mean += sqrt((a.re[at]! ** 2 + a.im[at]! ** 2) * (b.re[at]! ** 2 + b.im[at]! ** 2));
  mean /= a.re.length;
  if (mean < 1e-6) return 0;
  let strongest = 0;
  for (let y = 0, at = 0; y < side; y += 1) {
    for (let x = 0; x < side; x += 1, at += 1) {
      const re = a.re[at]! * b.re[at]! + a.im[at]! * b.im[at]!;
      const im = a.re[at]! * b.im[at]! - a.im[at]! * b.re[at]!;
      // What is far weaker than the mean is noise, and must not count as much as the rest.
      const gain = (damping[x]! * damping[y]!) / (sqrt(re * re + im * im) + 0.05 * mean);
      b.re[at] = re * gain;
      b.im[at] = im * gain;
      strongest += damping[x]! * damping[y]!;
    }
  }
  return strongest;
};

const peakOf = ({ side, re }: Spectrum, strongest: number): Displacement => {
  let peak = 0;
  for (let at = 1; at < re.length; at += 1) if (re[at]! > re[peak]!) peak = at;
  const [x, y] = [peak % side, floor(peak / side)];
  const value = (column: number, row: number): number => re[((row + side) % side) * side + ((column + side) % side)]!;
  const middle = value(x, y);
  if (middle <= 0) return { x: 0, y: 0, confidence: 0 };
  const beside = (before: number, behind: number): number => {
    const [left, centre, right] = [before, middle, behind].map((height) => log(max(height, middle * 1e-3)));
    const curvature = left! - 2 * centre! + right!;
    return curvature < 0 ? max(-0.5, min(0.5, (left! - right!) / (2 * curvature))) : 0;
  };
  const signed = (at: number): number => (at < side / 2 ? at : at - side);
  return {
    x: signed(x) + beside(value(x - 1, y), value(x + 1, y)),
    y: signed(y) + beside(value(x, y - 1), value(x, y + 1)),
    confidence: min(1, middle / strongest),
  };
};
