import type { Rgb } from './srgb.js';

/** A 3 x 3 matrix, row by row. */
export type Matrix = readonly [number, number, number, number, number, number, number, number, number];

export const transform = (m: Matrix, { r, g, b }: Rgb): Rgb => ({
  r: m[0] * r + m[1] * g + m[2] * b,
  g: m[3] * r + m[4] * g + m[5] * b,
  b: m[6] * r + m[7] * g + m[8] * b,
});

/** First `right`, then `left`. */
export const multiply = (left: Matrix, right: Matrix): Matrix => {
  const cell = (row: number, column: number) =>
    left[row * 3]! * right[column]! + left[row * 3 + 1]! * right[column + 3]! + left[row * 3 + 2]! * right[column + 6]!;
  return [cell(0, 0), cell(0, 1), cell(0, 2), cell(1, 0), cell(1, 1), cell(1, 2), cell(2, 0), cell(2, 1), cell(2, 2)];
};

export const diagonal = ({ r, g, b }: Rgb): Matrix => [r, 0, 0, 0, g, 0, 0, 0, b];

/** The inverse, by cofactors. */
export const inverse = ([a, b, c, d, e, f, g, h, i]: Matrix): Matrix => {
  const determinant = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
  const over = (value: number) => value / determinant;
  return [
    over(e * i - f * h), over(c * h - b * i), over(b * f - c * e),
    over(f * g - d * i), over(a * i - c * g), over(c * d - a * f),
    over(d * h - e * g), over(b * g - a * h), over(a * e - b * d),
  ];
};
