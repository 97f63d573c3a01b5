/**
 * Powers and angles from additions, multiplications, divisions and square roots only. ECMAScript lets every engine round
 * Math.pow, Math.cos and their like in its own way (ECMA-262, "implementation-approximated"); IEEE 754 fixes the results of
 * these four, so the same picture gives the same bytes on every machine and every version. Good to about 1e-14.
 */

const LN2 = 0.6931471805599453;

/** Natural logarithm of a positive number: halved into [2/3, 4/3], then 2 artanh((m - 1) / (m + 1)) by its series, written out because every corner of a cube needs a dozen. */
const logarithm = (value: number): number => {
  let mantissa = value;
  let exponent = 0;
  for (; mantissa > 4 / 3; exponent += 1) mantissa /= 2;
  for (; mantissa < 2 / 3; exponent -= 1) mantissa *= 2;
  const z = (mantissa - 1) / (mantissa + 1);
  const x = z * z;
  const high = ((((x / 23 + 1 / 21) * x + 1 / 19) * x + 1 / 17) * x + 1 / 15) * x + 1 / 13;
  const low = ((((high * x + 1 / 11) * x + 1 / 9) * x + 1 / 7) * x + 1 / 5) * x + 1 / 3;
  return exponent * LN2 + 2 * z * (low * x + 1);
};

const exponential = (value: number): number => {
  const twos = Math.round(value / LN2);
  const x = value - twos * LN2;
  const high = ((((x / 20_922_789_888_000 + 1 / 1_307_674_368_000) * x + 1 / 87_178_291_200) * x + 1 / 6_227_020_800) * x + 1 / 479_001_600) * x + 1 / 39_916_800;
  const low = (((((high * x + 1 / 3_628_800) * x + 1 / 362_880) * x + 1 / 40_320) * x + 1 / 5_040) * x + 1 / 720) * x + 1 / 120;
  let sum = ((((low * x + 1 / 24) * x + 1 / 6) * x + 1 / 2) * x + 1) * x + 1;
  for (let n = twos; n > 0; n -= 1) sum *= 2;
  for (let n = twos; n < 0; n += 1) sum /= 2;
  return sum;
};

/** `base` to the power of `exponent`; the base is not negative. */
export const power = (base: number, exponent: number): number => (base <= 0 ? 0 : exponential(exponent * logarithm(base)));

const TURN = 2 * Math.PI;

export const sine = (radians: number): number => {
  const x = radians - TURN * Math.round(radians / TURN);
  let sum = 1;
  for (let n = 26; n >= 2; n -= 2) sum = 1 - (sum * x * x) / (n * (n + 1));
  return x * sum;
};

export const cosine = (radians: number): number => sine(radians + Math.PI / 2);

/** The angle of the point (x, y) in degrees, 0 to 360; 0 at the origin. The series runs after halving the angle twice. */
export const degreesOf = (x: number, y: number): number => {
  const [long, short] = [Math.max(Math.abs(x), Math.abs(y)), Math.min(Math.abs(x), Math.abs(y))];
  if (long === 0) return 0;
  let t = short / long;
  for (let n = 0; n < 2; n += 1) t /= 1 + Math.sqrt(1 + t * t);
  let sum = 0;
  for (let n = 25; n >= 1; n -= 2) sum = 1 / n - sum * t * t;
  const octant = ((4 * t * sum) / TURN) * 360;
  const quadrant = Math.abs(y) > Math.abs(x) ? 90 - octant : octant;
  const half = x < 0 ? 180 - quadrant : quadrant;
  return y < 0 ? 360 - half : half;
};
