/** A square of complex numbers, row by row; the side is a power of two. */
export interface Spectrum {
  readonly side: number;
  readonly re: Float64Array;
  readonly im: Float64Array;
}

export const emptySpectrum = (side: number): Spectrum => ({ side, re: new Float64Array(side * side), im: new Float64Array(side * side) });

/** The two-dimensional discrete Fourier transform in place, by Cooley and Tukey's radix 2. Not scaled: there and back multiplies by `side` squared. */
export const transform = ({ side, re, im }: Spectrum, direction: 'forward' | 'back'): void => {
  const turns = direction === 'forward' ? -1 : 1;
  const cos = Float64Array.from({ length: side / 2 }, (_, i) => Math.cos((2 * Math.PI * i) / side));
  const sin = Float64Array.from({ length: side / 2 }, (_, i) => turns * Math.sin((2 * Math.PI * i) / side));
  for (let pass = 0; pass < 2; pass += 1) {
    for (let start = 0; start < re.length; start += side) transformLine(re.subarray(start, start + side), im.subarray(start, start + side), cos, sin);
    transpose(side, re);
    transpose(side, im);
  }
};

/** So that lines are always read in the order of memory. */
const transpose = (side: number, values: Float64Array): void => {
  for (let y = 1; y < side; y += 1) for (let x = 0; x < y; x += 1) swap(values, y * side + x, x * side + y);
};

const swap = (values: Float64Array, one: number, other: number): void => {
  const kept = values[one]!;
  values[one] = values[other]!;
  values[other] = kept;
};

const transformLine = (re: Float64Array, im: Float64Array, cos: Float64Array, sin: Float64Array): void => {
  const count = re.length;
  for (let i = 1, reversed = 0; i < count; i += 1) {
    let bit = count >> 1;
    for (; reversed & bit; bit >>= 1) reversed ^= bit;
    reversed ^= bit;
    if (i < reversed) {
      swap(re, i, reversed);
      swap(im, i, reversed);
    }
  }
  for (let span = 2; span <= count; span *= 2) {
    const half = span / 2;
    const step = count / span;
    for (let start = 0; start < count; start += span) {
      for (let k = 0, angle = 0; k < half; k += 1, angle += step) {
        const a = start + k;
        const b = a + half;
        const oddRe = re[b]! * cos[angle]! - im[b]! * sin[angle]!;
        const oddIm = re[b]! * sin[angle]! + im[b]! * cos[angle]!;
        re[b] = re[a]! - oddRe;
        im[b] = im[a]! - oddIm;
        re[a] = re[a]! + oddRe;
        im[a] = im[a]! + oddIm;
      }
    }
  }
};
