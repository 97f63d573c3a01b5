import { describe, expect, it } from '@jest/globals';
import { assert, double, property } from 'fast-check';
import { cosine, degreesOf, power, sine } from './arithmetic.js';

describe('arithmetic that is the same on every machine', () => {
  it('agrees with the engine it stands in for to thirteen digits', () => {
    assert(
      property(double({ min: 1e-9, max: 100, noNaN: true }), double({ min: -10, max: 10, noNaN: true }), (base, exponent) => {
        expect(power(base, exponent) / base ** exponent).toBeCloseTo(1, 12);
      }),
    );
    assert(
      property(double({ min: -20, max: 20, noNaN: true }), (x) => {
        expect(sine(x)).toBeCloseTo(Math.sin(x), 10);
        expect(cosine(x)).toBeCloseTo(Math.cos(x), 10);
      }),
    );
  });

  it('finds angles all the way round', () => {
    assert(
      property(double({ min: 0.001, max: 359.999, noNaN: true }), (degrees) => {
        const radians = (degrees / 180) * Math.PI;
        expect(degreesOf(Math.cos(radians), Math.sin(radians))).toBeCloseTo(degrees, 9);
      }),
    );
    expect(degreesOf(0, 0)).toBe(0);
  });

  it('keeps zero and one', () => {
    expect(power(0, 2.4)).toBe(0);
    expect(power(1, 0.37)).toBe(1);
  });
});
