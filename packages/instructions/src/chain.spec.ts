import { describe, expect, it } from '@jest/globals';
import { operationsMax, understand } from './index.js';

/** What chips say is short and exact enough to state whole chains with. */
const chains: readonly (readonly [string, readonly string[]])[] = [
  ['make it brighter and warmer', ['Brightness +30 %', 'Warmth +30 %']],
  ['increase contrast and saturation by 20%', ['Contrast +20 %', 'Saturation +20 %']],
  ['reduce contrast and saturation by 20%', ['Contrast -20 %', 'Saturation -20 %']],
  ['reduce contrast, saturation and vibrance by 10 %', ['Contrast -10 %', 'Saturation -10 %', 'Vibrance -10 %']],
  ['brighter and warmer by 20%', ['Brightness +20 %', 'Warmth +20 %']],
  ['increase contrast, brightness and saturation a bit', ['Contrast +15 %', 'Brightness +15 %', 'Saturation +15 %']],
  ['increase contrast slightly and saturation strongly', ['Contrast +15 %', 'Saturation +60 %']],
  ['make the left half black and white and the right half sepia', ['Black and white in the left half', 'Sepia in the right half']],
  ['increase contrast by 10% and saturation by 20%', ['Contrast +10 %', 'Saturation +20 %']],
  ['increase contrast and reduce saturation by 20%', ['Contrast +30 %', 'Saturation -20 %']],
  ['crop to square, rotate 90 degrees left and make it black and white', ['Crop to square', 'Rotate 90° counterclockwise', 'Black and white']],
  ['make it slightly brighter and warmer', ['Brightness +15 %', 'Warmth +15 %']],
  ['make it slightly brighter and much warmer', ['Brightness +15 %', 'Warmth +60 %']],
  ['make the top half darker and warmer', ['Brightness -30 % in the top half', 'Warmth +30 % in the top half']],
  ['darken the top half, then make it warmer', ['Brightness -30 % in the top half', 'Warmth +30 %']],
  ['darken the top half and the left third', ['Brightness -30 % in the top half', 'Brightness -30 % in the left third']],
  ['lift the shadows and lower the highlights', ['Shadows +30 %', 'Highlights -30 %']],
  ['lift the shadows and darken the top third by 20 %', ['Shadows +30 %', 'Brightness -20 % in the top third']],
  ['lift the shadows and highlights by 20 %', ['Shadows +20 %', 'Highlights +20 %']],
  ['brighten the shadows and highlights', ['Shadows +30 %', 'Highlights +30 %']],
  ['make the shadows lighter and the highlights darker', ['Shadows +30 %', 'Highlights -30 %']],
  ['1. crop to square 2. rotate left 3. make it sepia', ['Crop to square', 'Rotate 90° counterclockwise', 'Sepia']],
  ['1) brighter\n2) warmer', ['Brightness +30 %', 'Warmth +30 %']],
  ['- crop to 16:9\n- add a border of 2 %', ['Crop to 16:9', 'Border of 2 %']],
  ['First crop to square. Then, rotate left; finally make it black and white!', ['Crop to square', 'Rotate 90° counterclockwise', 'Black and white']],
  ['make it brighter, also warmer, after that crop to square', ['Brightness +30 %', 'Warmth +30 %', 'Crop to square']],
  ['crop to the left half and then rotate 90 degrees', ['Crop to the left half', 'Rotate 90° clockwise']],
  ['duotone navy and peach and rotate left', ['Duotone #000080 and #ffcba4', 'Rotate 90° counterclockwise']],
  ['black and white and more contrast', ['Black and white', 'Contrast +30 %']],
  ['make it brighter but less saturated', ['Brightness +30 %', 'Saturation -30 %']],
  ['auto levels, auto white balance & a bit more contrast', ['Auto levels', 'Auto white balance', 'Contrast +15 %']],
  ['make it brighter\nrotate left', ['Brightness +30 %', 'Rotate 90° counterclockwise']],
  ['resize to 1,200 px wide, trim 5 px from the top and bottom and mirror it', ['Resize to 1200 px wide', 'Trim 5 px from the top', 'Trim 5 px from the bottom', 'Flip horizontally']],
  ['brighter, then darker', ['Brightness +30 %', 'Brightness -30 %']],
];

const labelsOf = (said: string): unknown => {
  const answer = understand(said);
  return answer.kind === 'plan' ? answer.chips.map(({ label }) => label) : answer;
};

describe('chains', () => {
  it.each(chains)('%s', (said, labels) => {
    expect(labelsOf(said)).toEqual(labels);
  });

  it('takes as many steps as a plan may have, and points at the first too many', () => {
    const step = 'brighter, then ';
    expect(understand(step.repeat(operationsMax)).kind).toBe('plan');
    const answer = understand(step.repeat(operationsMax + 1));
    expect(answer.kind === 'notUnderstood' && answer.spans[0]).toEqual({ start: step.length * operationsMax, end: step.length * operationsMax + 'brighter'.length });
  });
});
