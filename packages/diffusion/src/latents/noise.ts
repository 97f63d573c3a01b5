/** Draws that many numbers of the standard normal distribution. */
export type NoiseSource = (seed: number, length: number) => Float32Array;

const { imul } = Math;
const [multiplierA, multiplierB] = [0xd2511f53, 0xcd9e8d57];
const [keyStepA, keyStepB] = [0x9e3779b9, 0xbb67ae85];
const rounds = 10;

/** High half of a product of two unsigned 32-bit numbers. */
const highProduct = (a: number, b: number): number => {
  const [aLow, aHigh, bLow, bHigh] = [a & 0xffff, a >>> 16, b & 0xffff, b >>> 16];
  const middle = aHigh * bLow + Math.floor((aLow * bLow) / 65_536);
  const carried = (middle & 0xffff) + aLow * bHigh;
  return aHigh * bHigh + Math.floor(middle / 65_536) + Math.floor(carried / 65_536);
};

/** Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011): four words for every counter, and no state. */
export const philox = (counter: readonly [number, number, number, number], key: readonly [number, number]): [number, number, number, number] => {
  let [a, b, c, d] = counter;
  let [keyA, keyB] = key;
  for (let round = 0; round < rounds; round += 1) {
    [a, b, c, d] = [(highProduct(multiplierB, c) ^ b ^ keyA) >>> 0, imul(multiplierB, c) >>> 0, (highProduct(multiplierA, a) ^ d ^ keyB) >>> 0, imul(multiplierA, a) >>> 0];
    keyA = (keyA + keyStepA) >>> 0;
    keyB = (keyB + keyStepB) >>> 0;
  }
  return [a, b, c, d];
};

/** Philox words in pairs through Box-Muller. The seed is a whole number from 0 to 2^53 - 1; the same seed gives the same noise on every machine. */
export const gaussianNoise: NoiseSource = (seed, length) => {
  const key = [seed >>> 0, Math.floor(seed / 2 ** 32)] as const;
  const noise = new Float32Array(length);
  for (let at = 0, counter = 0; at < length; at += 4, counter += 1) {
    const words = philox([counter, 0, 0, 0], key);
    for (let pair = 0; pair < 4; pair += 2) {
      const radius = Math.sqrt(-2 * Math.log((words[pair]! + 0.5) / 2 ** 32));
      const angle = (2 * Math.PI * (words[pair + 1]! + 0.5)) / 2 ** 32;
      noise[at + pair] = radius * Math.cos(angle);
      noise[at + pair + 1] = radius * Math.sin(angle);
    }
  }
  return noise;
};
