import { describe, expect, it } from '@jest/globals';
import { plan } from './plan.js';
import { understand } from './understand.js';

const read = (sentence: string, mask: boolean) => {
  const understanding = understand(sentence, { mask });
  if (understanding.kind !== 'plan') throw new Error(`not understood: ${sentence}`);
  return understanding;
};

describe('a painted mask', () => {
  it('binds what was said without a place, and the chips say so', () => {
    const { plan: made, chips } = read('make it black and white', true);
    expect(made.operations).toMatchObject([{ op: 'blackAndWhite', region: { kind: 'mask' } }]);
    expect(chips[0]?.label).toMatch(/selection|painted|mask/i);
    expect(plan.safeParse(made).success).toBe(true);
  });

  it('leaves a place that was said, and the whole canvas, as they are', () => {
    expect(read('brighten the left half', true).plan.operations).toMatchObject([{ region: { kind: 'box' } }]);
    expect(read('crop to a square', true).plan).toEqual(read('crop to a square', false).plan);
  });

  it('changes nothing when there is none', () => {
    expect(read('make it black and white', false).plan.operations).toEqual([{ op: 'blackAndWhite', strength: 1 }]);
  });
});
