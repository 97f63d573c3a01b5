import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { scratch, weightsOf } from './model-folder.spec-parts.js';
import { conversionOf, surveyWeights, writeAsHalf } from './precision.js';
import { readWeights } from './source-folder.js';

let folder: string;
beforeEach(async () => {
  folder = await scratch();
});
afterEach(() => rm(folder, { recursive: true }));

const valueOfBf16 = (bits: number): number => new Float32Array(new Uint32Array([bits << 16]).buffer)[0]!;
const valueOfHalf = (bits: number): number => {
  const [sign, exponent, mantissa] = [bits & 0x8000 ? -1 : 1, (bits >> 10) & 31, bits & 1023];
  return sign * (exponent === 0 ? mantissa * 2 ** -24 : (1 + mantissa / 1_024) * 2 ** (exponent - 15));
};

async function convert(bits: readonly number[]) {
  await writeFile(path.join(folder, 'w.safetensors'), weightsOf({ w: ['BF16', bits] }));
  const survey = await surveyWeights(folder, 'w.safetensors', await readWeights(folder, 'w.safetensors'));
  const pieces: Uint8Array[] = [];
  for await (const piece of writeAsHalf(folder, 'w.safetensors', survey)) pieces.push(Uint8Array.from(piece));
  const body = Buffer.concat(pieces.slice(1));
  return { halves: Array.from({ length: bits.length }, (_, at) => body.readUInt16LE(2 * at)), conversion: conversionOf(survey) };
}

describe('BF16 written as F16', () => {
  it('is the nearest F16 of every value below 65,536, and the even one of two', async () => {
    const all = Array.from({ length: 0x4780 }, (_, bits) => [bits, bits | 0x8000]).flat();
    const { halves } = await convert(all);
    const wrong = all.filter((bits, at) => {
      const [wanted, half] = [valueOfBf16(bits), halves[at]!];
      const away = Math.abs(valueOfHalf(half) - wanted);
      const isNearest = Math.abs(wanted) >= 2 ** -14 ? away === 0 : away < 2 ** -25 || (away === 2 ** -25 && (half & 1) === 0);
      return !isNearest || (half & 0x8000) !== (bits & 0x8000);
    });
    expect(wrong).toEqual([]);
  });

  it('counts what becomes zero', async () => {
    // 2^-25 lies half way and goes to the even zero; what is larger by one bit does not.
    const { conversion } = await convert([0, 0x8000, 0x0001, 0x3300, 0xb300, 0x3301]);
    expect(conversion).toEqual({ tensors: 1, widened: 0, flushed: 3 });
  });
});
