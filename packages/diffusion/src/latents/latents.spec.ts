import { describe, expect, it } from '@jest/globals';
import { assert, constantFrom, integer, property } from 'fast-check';
import { maskOfTokens } from './mask.js';
import { gaussianNoise, philox } from './noise.js';
import { packLatent, packPlaces, unpackLatent } from './packing.js';
import { toImage, toSample } from './pixels.js';
import { gridPositions, rotaryTable } from './rotary.js';

describe('noise', () => {
  it('is made of the words that the authors of Philox publish', () => {
    expect(philox([0, 0, 0, 0], [0, 0])).toEqual([0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]);
    const ones = 0xffffffff;
    expect(philox([ones, ones, ones, ones], [ones, ones])).toEqual([0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd]);
    expect(philox([0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0])).toEqual([0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1]);
  });

  it('is standard normal, and of the seed alone', () => {
    const noise = gaussianNoise(7, 100_000);
    const mean = noise.reduce((sum, value) => sum + value, 0) / noise.length;
    const moment = (power: number): number => noise.reduce((sum, value) => sum + (value - mean) ** power, 0) / noise.length;
    expect(Math.abs(mean)).toBeLessThan(0.015);
    expect(Math.abs(moment(2) - 1)).toBeLessThan(0.02);
    expect(Math.abs(moment(3))).toBeLessThan(0.04);
    expect(Math.abs(moment(4) - 3)).toBeLessThan(0.15);
    expect(gaussianNoise(7, 10)).toEqual(noise.slice(0, 10));
    expect(gaussianNoise(8, 10)).not.toEqual(noise.slice(0, 10));
    expect(gaussianNoise(7 + 2 ** 32, 10)).not.toEqual(noise.slice(0, 10));
    expect(gaussianNoise(Number.MAX_SAFE_INTEGER, 3).every(Number.isFinite)).toBe(true);
  });
});

describe('packing', () => {
  it('puts two by two places into one token and takes them out again', () => {
    assert(
      property(integer({ min: 1, max: 5 }), integer({ min: 1, max: 6 }), integer({ min: 1, max: 6 }), (channels, rows, columns) => {
        const size = { channels, height: rows * 2, width: columns * 2 };
        const data = Float32Array.from({ length: channels * rows * columns * 4 }, (_, at) => at);
        const plain = { mean: new Float32Array(channels * 4), deviation: new Float32Array(channels * 4).fill(1) };
        const tokens = new Float32Array(data.length);
        packLatent({ ...size, data }, plain, tokens);
        expect(tokens[0]).toBe(0);
        expect(tokens[1]).toBe(1);
        expect(tokens[2]).toBe(columns * 2);
        expect(unpackLatent(tokens, size, plain).data).toEqual(data);
      }),
    );
  });

  it('normalises each channel by its own mean and deviation', () => {
    const normalisation = { mean: Float32Array.of(1, 2, 3, 4), deviation: Float32Array.of(2, 2, 4, 4) };
    const tokens = new Float32Array(4);
    packLatent({ channels: 1, height: 2, width: 2, data: Float32Array.of(3, 6, 11, 0) }, normalisation, tokens);
    expect([...tokens]).toEqual([1, 2, 2, -1]);
  });

  it('lays noise out place by place', () => {
    const tokens = new Float32Array(6);
    packPlaces(Float32Array.of(1, 2, 3, 4, 5, 6), 2, tokens);
    expect([...tokens]).toEqual([1, 4, 2, 5, 3, 6]);
  });
});

describe('pixels', () => {
  it('come back as they were', () => {
    const image = { width: 16, height: 16, data: Uint8Array.from({ length: 768 }, (_, at) => at % 256) };
    expect(toImage(toSample(image), 16, 16)).toEqual(image);
  });

  it('are rounded half to even and kept in range', () => {
    // In levels, -0.4 is 76.5 and 0 is 127.5.
    expect([...toImage(Float32Array.of(-0.4, 0, 7), 1, 1).data]).toEqual([76, 128, 255]);
    expect([...toImage(Float32Array.of(-7, -1, 1), 1, 1).data]).toEqual([0, 0, 255]);
  });

  it('are not made of numbers that are none', () => {
    assert(
      property(constantFrom(NaN, Infinity, -Infinity), integer({ min: 0, max: 11 }), (value, at) => {
        const sample = new Float32Array(12);
        sample[at] = value;
        expect(() => toImage(sample, 2, 2)).toThrow(expect.objectContaining({ code: 'model.diverged' }));
      }),
    );
  });
});

describe('what tells the model where things are', () => {
  it('is one angle per axis and frequency, the first unslowed', () => {
    const { cos, sin, tokens, angles } = rotaryTable([[0, 5], [2, 5]], [4, 2], 100);
    expect([tokens, angles]).toEqual([2, 3]);
    expect([...cos].map((value) => value.toFixed(5))).toEqual([1, 1, Math.cos(5), Math.cos(2), Math.cos(0.2), Math.cos(5)].map((value) => value.toFixed(5)));
    expect([...sin].map((value) => value.toFixed(5))).toEqual([0, 0, Math.sin(5), Math.sin(2), Math.sin(0.2), Math.sin(5)].map((value) => value.toFixed(5)));
  });

  it('counts the tokens of a picture row by row', () => {
    expect(gridPositions({ rows: 2, columns: 3 }, (row, column) => [row, column])).toEqual([[0, 0], [0, 1], [0, 2], [1, 0], [1, 1], [1, 2]]);
  });

  it('lets a token change as far as the middle of its patch is masked', () => {
    const data = new Uint8Array(32 * 16);
    for (let y = 0; y < 16; y += 1) data.fill(128, y * 32 + 8, y * 32 + 16);
    expect([...maskOfTokens({ width: 32, height: 16, data }, 16)]).toEqual([0.5, 0]);
    expect([...maskOfTokens({ width: 32, height: 16, data: data.fill(127) }, 16)]).toEqual([0, 0]);
  });
});
