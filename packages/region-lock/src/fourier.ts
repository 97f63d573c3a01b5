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
  const lineRe = new Float64Array(side);
  const lineIm = new Float64Array(side);
  for (const [step, next] of [[1, side], [side, 1]] as const) {
    for (let line = 0; line < side; line += 1) {
      for (let i = 0, at = line * next; i < side; i += 1, at += step) {
        lineRe[i] = re[at]!;
        lineIm[i] = im[at]!;
      }
      transformLine(lineRe, lineIm, cos, sin);
      for (let i = 0, at = line * next; i < side; i += 1, at += step) {
        re[at] = lineRe[i]!;
        im[at] = lineIm[i]!;
      }
    }
  }
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
