import { describe, expect, it } from '@jest/globals';
import { assert, double, pre, property, record } from 'fast-check';
import { chromaRoom, fitChroma, relight } from './gamut.js';
import { chromaOf, toLab, toRgb } from './oklab.js';

const light = double({ min: 0, max: 1, noNaN: true });
const rgb = record({ r: light, g: light, b: light });

describe('OKLab', () => {
  /** CSS Color 4 gives oklab(0.62796 0.22486 0.12585), oklab(0.51975 -0.1403 0.10768) and oklab(0.45201 -0.03246 -0.31153). */
  it.each([
    ['red', { r: 1, g: 0, b: 0 }, [0.62796, 0.22486, 0.12585]],
    ['green (#008000)', { r: 0, g: 0.2158605, b: 0 }, [0.51975, -0.1403, 0.10768]],
    ['blue', { r: 0, g: 0, b: 1 }, [0.45201, -0.03246, -0.31153]],
  ] as const)('places %s where CSS Color 4 does', (_name, colour, [l, a, b]) => {
    const lab = toLab(colour);
    expect(lab.l).toBeCloseTo(l, 4);
    expect(lab.a).toBeCloseTo(a, 4);
    expect(lab.b).toBeCloseTo(b, 4);
  });

  it('comes back from where it went', () => {
    assert(
      property(rgb, (colour) => {
        const back = toRgb(toLab(colour));
        for (const channel of ['r', 'g', 'b'] as const) expect(back[channel]).toBeCloseTo(colour[channel], 6);
      }),
    );
  });
});

describe('the gamut', () => {
  it('has room for every colour of sRGB', () => {
    assert(
      property(rgb, (colour) => {
        const lab = toLab(colour);
        pre(lab.l < 0.999);
        expect(chromaRoom(lab)).toBeGreaterThan(chromaOf(lab) * 0.999 - 1e-5);
      }),
    );
  });

  it('is entered without turning the hue or changing the lightness', () => {
    assert(
      property(double({ min: 0.05, max: 0.95, noNaN: true }), double({ min: -0.3, max: 0.3, noNaN: true }), double({ min: -0.3, max: 0.3, noNaN: true }), (l, a, b) => {
        const fitted = fitChroma({ l, a, b }, 0.5);
        expect(fitted.l).toBe(l);
        expect(fitted.a * b - fitted.b * a).toBeCloseTo(0, 12);
        const { r, g, b: blue } = toRgb(fitted);
        expect(Math.min(r, g, blue)).toBeGreaterThan(-0.011);
        expect(Math.max(r, g, blue)).toBeLessThan(1.011);
      }),
    );
  });

  it('keeps shades apart that were apart', () => {
    const chromas = [0.1, 0.2, 0.3, 0.4].map((chroma) => chromaOf(fitChroma({ l: 0.6, a: chroma, b: 0 }, 0.4)));
    for (let at = 1; at < chromas.length; at += 1) expect(chromas[at]!).toBeGreaterThan(chromas[at - 1]! + 0.005);
  });

  it('lights black evenly and leaves a colour at its own lightness alone', () => {
    expect(relight({ l: 0, a: 0, b: 0 }, 0.2)).toEqual({ l: 0.2, a: 0, b: 0 });
    expect(relight({ l: 0.5, a: 0.05, b: 0.05 }, 0.5)).toEqual({ l: 0.5, a: 0.05, b: 0.05 });
  });
});
