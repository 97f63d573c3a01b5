/** Numbers in IEEE 754 half precision: one bit of sign, 5 of exponent, 10 of fraction. */

export function roundToEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  return rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below;
}

export const halfToFloat = (bits: number): number => {
  const [sign, exponent, fraction] = [bits & 0x8000 ? -1 : 1, (bits >> 10) & 0x1f, bits & 0x3ff];
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
};

const float = new Float32Array(1);
const pattern = new Uint32Array(float.buffer);

/** The nearest half, ties to even; what is too large becomes infinite. */
export const floatToHalf = (value: number): number => {
  if (Number.isNaN(value)) return 0x7e00;
  float[0] = value;
  const sign = (pattern[0]! >>> 16) & 0x8000;
  const size = Math.abs(float[0]);
  if (size >= 65_520) return sign | 0x7c00;
  if (size < 2 ** -14) return sign | roundToEven(size * 2 ** 24);
  const exponent = ((pattern[0]! >>> 23) & 0xff) - 127;
  // A fraction that rounds up to one carries into the exponent, as it should.
  return sign | (((exponent + 15) << 10) + roundToEven((size / 2 ** exponent - 1) * 1024));
};
