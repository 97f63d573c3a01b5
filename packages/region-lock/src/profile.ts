/** Nine numbers, row by row. */
export type Matrix = readonly number[];

export interface Profile {
  /** From encoded values (0 to 1) to light (0 to 1). */
  readonly curves: readonly [Curve, Curve, Curve];
  /** From linear sRGB to the profile's linear RGB. */
  readonly fromSrgb: Matrix;
}

type Curve = (value: number) => number;

/** Linear sRGB to XYZ under D50, the white of every profile (the colorants of the ICC's sRGB v2 profile). */
const srgbToXyz: Matrix = [0.436_07, 0.385_15, 0.143_07, 0.222_49, 0.716_87, 0.060_61, 0.013_92, 0.097_08, 0.714_1];

/** Tables and tags beyond these are no profile of a picture. */
const tagsMax = 100;
const entriesMax = 65_536;

/** The colours of an RGB profile of the kind "matrix and curves" (ICC.1:2022, F.3); undefined for tables (`A2B0`) and for whatever does not add up. Reads hostile bytes. */
export const readProfile = (icc: Buffer): Profile | undefined => {
  const tags = tagsOf(icc);
  if (!tags || tags.has('A2B0') || icc.toString('latin1', 16, 24) !== 'RGB XYZ ') return undefined;
  const columns = ['rXYZ', 'gXYZ', 'bXYZ'].map((name) => xyzOf(tags.get(name)));
  const [red, green, blue] = ['rTRC', 'gTRC', 'bTRC'].map((name) => curveOf(tags.get(name)));
  const [r, g, b] = columns;
  if (!r || !g || !b || !red || !green || !blue) return undefined;
  const fromXyz = inverse([r[0], g[0], b[0], r[1], g[1], b[1], r[2], g[2], b[2]]);
  if (!fromXyz || ![red, green, blue].every(isRising)) return undefined;
  return { curves: [red, green, blue], fromSrgb: product(fromXyz, srgbToXyz) };
};

const tagsOf = (icc: Buffer): Map<string, Buffer> | undefined => {
  const count = icc.length >= 132 ? icc.readUInt32BE(128) : 0;
  if (count === 0 || count > tagsMax || icc.length < 132 + count * 12) return undefined;
  const tags = new Map<string, Buffer>();
  for (let at = 132; at < 132 + count * 12; at += 12) {
    const [offset, size] = [icc.readUInt32BE(at + 4), icc.readUInt32BE(at + 8)];
    if (offset + size > icc.length) return undefined;
    tags.set(icc.toString('latin1', at, at + 4), icc.subarray(offset, offset + size));
  }
  return tags;
};

const fixed = (bytes: Buffer, at: number): number => bytes.readInt32BE(at) / 65_536;

const xyzOf = (tag: Buffer | undefined): readonly [number, number, number] | undefined =>
  tag && tag.length >= 20 && tag.toString('latin1', 0, 4) === 'XYZ ' ? [fixed(tag, 8), fixed(tag, 12), fixed(tag, 16)] : undefined;

const curveOf = (tag: Buffer | undefined): Curve | undefined => {
  if (!tag || tag.length < 12) return undefined;
  const kind = tag.toString('latin1', 0, 4);
  if (kind === 'curv') return sampledCurve(tag);
  return kind === 'para' ? parametricCurve(tag) : undefined;
};

/** ICC.1:2022, 10.6: nothing, one exponent, or a table. */
const sampledCurve = (tag: Buffer): Curve | undefined => {
  const count = tag.readUInt32BE(8);
  if (count > entriesMax || tag.length < 12 + count * 2) return undefined;
  if (count === 0) return (value) => value;
  const entry = (index: number): number => tag.readUInt16BE(12 + index * 2);
  if (count === 1) return (value) => value ** (entry(0) / 256);
  return (value) => {
    const at = value * (count - 1);
    const index = Math.min(Math.floor(at), count - 2);
    return (entry(index) + (at - index) * (entry(index + 1) - entry(index))) / 65_535;
  };
};

/** ICC.1:2022, 10.18, the five forms; parameters g a b c d e f. */
const parametricCurve = (tag: Buffer): Curve | undefined => {
  const form = tag.readUInt16BE(8);
  const count = [1, 3, 4, 5, 7][form];
  if (count === undefined || tag.length < 12 + count * 4) return undefined;
  const [g, a = 1, b = 0, c = 0, d = 0, e = 0, f = 0] = Array.from({ length: count }, (_, index) => fixed(tag, 12 + index * 4));
  const power = (value: number): number => Math.max(0, a * value + b) ** g!;
  if (form === 0) return (value) => value ** g!;
  if (form === 1) return (value) => (value >= -b / a ? power(value) : 0);
  if (form === 2) return (value) => (value >= -b / a ? power(value) + c : c);
  return (value) => (value >= d ? power(value) + e : c * value + f);
};

/** From about black to about white, never falling. */
const isRising = (curve: Curve): boolean => {
  let last = curve(0);
  if (!(Math.abs(last) < 0.05) || !(Math.abs(curve(1) - 1) < 0.05)) return false;
  for (let step = 1; step <= 1024; step += 1) {
    const value = curve(step / 1024);
    if (!(value >= last)) return false;
    last = value;
  }
  return true;
};

const inverse = ([a, b, c, d, e, f, g, h, i]: readonly [number, number, number, number, number, number, number, number, number]): Matrix | undefined => {
  const determinant = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
  if (!(Math.abs(determinant) > 1e-4)) return undefined;
  return [e * i - f * h, c * h - b * i, b * f - c * e, f * g - d * i, a * i - c * g, c * d - a * f, d * h - e * g, b * g - a * h, a * e - b * d].map((minor) => minor / determinant);
};

const product = (one: Matrix, other: Matrix): Matrix =>
  Array.from({ length: 9 }, (_, at) => {
    const [row, column] = [Math.floor(at / 3) * 3, at % 3];
    return one[row]! * other[column]! + one[row + 1]! * other[column + 3]! + one[row + 2]! * other[column + 6]!;
  });
