// @vitest-environment jsdom
import { describe, expect, it } from 'vitest';
import { insetsOf } from './stage.js';

describe('room around a fitted picture', () => {
  it('grows with what floats below, so that the picture is not covered', () => {
    const desk = { width: 1_200, height: 800 };
    expect(insetsOf(desk, 100).bottom).toBe(150);
    expect(insetsOf(desk, 260).bottom).toBe(294);
  });

  it('leaves the picture its part of a small window', () => {
    expect(insetsOf({ width: 360, height: 400 }, 380).bottom).toBe(240);
  });
});
