import { describe, expect, it } from '@jest/globals';
import { assert, constantFrom, integer, property } from 'fast-check';
import { randomOf } from '../bench/synthetic.mjs';
import { emptySpectrum, transform, type Spectrum } from './fourier.js';

const noise = (side: number, seed: number): Spectrum => {
  const random = randomOf(seed);
  const spectrum = emptySpectrum(side);
  for (let at = 0; at < side * side; at += 1) [spectrum.re[at], spectrum.im[at]] = [random() - 0.5, random() - 0.5];
  return spectrum;
};

describe('transform', () => {
  it('is the definition of the discrete Fourier transform', () => {
    const values = noise(8, 3);
    const [re, im] = [values.re.slice(), values.im.slice()];
    transform(values, 'forward');
    for (const [u, v] of [[0, 0], [1, 0], [3, 5], [7, 7]] as const) {
      let [sumRe, sumIm] = [0, 0];
      for (let y = 0; y < 8; y += 1) {
        for (let x = 0; x < 8; x += 1) {
          const angle = (-2 * Math.PI * (u * x + v * y)) / 8;
          sumRe += re[y * 8 + x]! * Math.cos(angle) - im[y * 8 + x]! * Math.sin(angle);
          sumIm += re[y * 8 + x]! * Math.sin(angle) + im[y * 8 + x]! * Math.cos(angle);
        }
      }
      expect(values.re[v * 8 + u]).toBeCloseTo(sumRe, 9);
      expect(values.im[v * 8 + u]).toBeCloseTo(sumIm, 9);
    }
  });

  it('comes back to where it began, times the number of samples', () => {
    assert(
      property(constantFrom(2, 4, 16, 64), integer({ min: 1, max: 1000 }), (side, seed) => {
        const values = noise(side, seed);
        const before = values.re.slice();
        transform(values, 'forward');
        transform(values, 'back');
        expect(values.re.every((value, at) => Math.abs(value / (side * side) - before[at]!) < 1e-12)).toBe(true);
      }),
      { numRuns: 20 },
    );
  });
});
