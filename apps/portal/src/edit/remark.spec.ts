import { describe, expect, it } from 'vitest';
import { remarkOn } from './remark.js';

describe('a remark on an edit that went well', () => {
  it('is made only where a model left every pixel as it was', () => {
    expect(remarkOn(0)?.title).toBe('The model changed nothing in this picture.');
    expect([remarkOn(0.000_001), remarkOn(1), remarkOn(undefined)]).toEqual([undefined, undefined, undefined]);
  });
});
