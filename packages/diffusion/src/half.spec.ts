import { describe, expect, it } from '@jest/globals';
import { floatToHalf, halfToFloat } from './half.js';

describe('half precision', () => {
  it('keeps each of its numbers', () => {
    for (let bits = 0; bits < 0x1_0000; bits++) {
      const value = halfToFloat(bits);
      if (!Number.isNaN(value)) expect(floatToHalf(value)).toBe(bits);
    }
    expect(Number.isNaN(halfToFloat(floatToHalf(NaN)))).toBe(true);
  });

  it.each([
    [1 + 2 ** -11, 0x3c00],
    [1 + 3 * 2 ** -11, 0x3c02],
    [2 - 2 ** -12, 0x4000],
    [65_519, 0x7bff],
    [65_520, 0x7c00],
    [-(2 ** -25), 0x8000],
    [2 ** -14 - 2 ** -26, 0x0400],
  ])('rounds %d to the nearest, and ties to even', (value, bits) => {
    expect(floatToHalf(value)).toBe(bits);
  });
});
