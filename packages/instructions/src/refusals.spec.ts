import { describe, expect, it } from '@jest/globals';
import { understand } from './index.js';

const split = (said: string): string[] => said.split('|').map((words) => words.trim());

const excluded = split(`make everything brighter except the sky | crop to square but not the top | don't rotate | do not make it darker | make it brighter without changing the contrast | never crop it
  | keep the sky as it is and make it brighter | brighten it and keep the top third | leave the background alone | only the top half darker | make it warmer unless it is dark | no crop
  | make it brighter but keep the colours | make all but the top half darker | make it black and white apart from the reds | make it brighter instead of darker | darken the picture, not the sky
  | make it brighter, keeping the contrast the same | brighten, preserving highlights | crop to 16:9 rather than square | don’t make it warmer | DON'T CROP | dont crop | everything black and white excluding the top
  | make it brighter while keeping the shadows | leave the top half untouched | make only the left half brighter | rotate it, never flip it | make it brighter other than the corner | avoid cropping, make it brighter
  | make it warmer and leave the top half unchanged | crop to square, no border | increase contrast, not saturation | make it brighter (but not too much) | make it not brighter | protect the highlights and brighten it
  | warmer, but leave the shadows | brighten outside the selection | neither crop nor rotate | make it brighter and keep only the top half`);

const unknown = split(`add a dog | remove the car | remove the background | replace the sky | make the sky blue | turn the car red | make the red car blue | blur the top half | sharpen | denoise | make it look like a painting
  | write "hello" | add text "SALE" in red | make it brighter and add a dog | crop to square and remove the man | crop to square then dance | make it brighter and warm the soup | rotate the sky | crop to the dog | crop around the face
  | centre the dog | make it square by stretching | crop to a circle | flip diagonally | increase brightness to the max contrast | brighter than before | as bright as the sun | convert to jpg | convert to cmyk | save as png | make it 3d
  | make it hdr | remove noise | remove red eyes | turn up the heat | lighten the load | frame the subject | match the sky | improve the picture | make it good | make it better | make it pop | add a hat to the top left
  | darken the edges | vignette | add grain | upscale with detail | make it brighter 😀 | 😀 | make it brighter \u202Eevil | make it brighter² | rotate ① | mirror vertically and blur | make it brighter and sharper
  | crop to 16:9 and upload it | Ьrighter | make it brightеr | "make it brighter" | make it 'brighter' | crop to square #zzz | rotate 90 degrees @home | brighten\u{E0061}\u{E0062} | make it br\u0489ighter`);

const unclear = split(`rotate | rotate by | rotate 4000 degrees | rotate 90 by 20 | crop | crop to | crop the left half | crop to 0:1 | crop to 16: | crop to left | increase | increase by 20% | brightness | brightness 20% | contrast by 20%
  | set brightness to 20% | contrast 900% | increase contrast by 200% | reduce saturation by 150% | saturation by 900% | exposure +9 EV | straighten by 60 degrees | gamma 50 | resize to 0 px | resize to 12.5 px | resize | flip | duotone | duotone navy
  | turn the reds | make it red | make it blue | turn blue | recolour to blue | more and less contrast | make it warmer warmer | brighter brighter | rotate left right | crop to 16:9 4:3 | black and white sepia | rotate 90 degrees 45 degrees
  | make it 20% 30% brighter | please | the picture | crop 20% | trim 50 | trim the left | cut the top | remove the contrast | make it | enhance | fix the exposure | fix it | fix the colours | change the colours | change the contrast
  | set the temperature | gamma | tint | pad | resize to 16:9 | stretch to 50% | resize to 50 megapixels | half the shadows | twice as warm | darken by -20% | brighten by 0.2 | rotate 90 degrees on the left half | flip the top half | add | less | very
  | a bit | 20% | top left | the top half | red | red and blue | by 20% | and | then | in black | convert | enlarge | make it bigger | make it smaller | make the reds brighter | saturate the reds | duotone navy and peach and green | dark | level | square
  | left | make the border white | turn the top half upside down | straighten | , | !!! | increase exposure by -0.5 EV | reduce it
  | swap red with blue | make it 50% | reduce 20% | reduce by 20% | make it 2x | keep the top half and the left half | crop to 16:9 and 4:3 | trim 10 px from the sides | cut off the top 10% and the bottom 20%
  | apply 20% to the left | set 10% on the left | rotate 0 degrees | rotate 360 degrees | brightness +0% | resize to 100% | reduce the shadows | strengthen the shadows | more shadows | make the highlights brighter and warmer | make the reds blue and brighter | contrast - 20%
  | brighter or darker | 20-30% brighter | 1,5 stops brighter | 1 200 px wide | brightness at 20% | reduce the contrast to 50% | swap red and blue | make it brighter and brighter | rotate 90 degrees and 45 degrees | crop to 1200x
  | stretch to 800x600, keeping the aspect ratio | crop to square keeping the proportions | keep the aspect ratio | reduce the width by 100 px | add black bars`);

const typos: readonly (readonly [string, string])[] = [
  ['rotat left', 'rotate left'],
  ['make it briter and wrmer', 'make it brighter and warmer'],
  ['birghter', 'brighter'],
  ['crop to sqare', 'crop to square'],
  ['increase the contarst by 20%', 'increase the contrast by 20%'],
  ['make it blak and white', 'make it black and white'],
  ['desaturaet the top half', 'desaturate the top half'],
];

describe('what is refused', () => {
  it.each(excluded)('forbids or excepts something: %s', (said) => {
    const answer = understand(said);
    expect(answer.kind).toBe('excluded');
    expect(answer.kind === 'excluded' && answer.spans.length).toBeGreaterThan(0);
  });

  it.each([...unknown, ...unclear])('is not understood: %s', (said) => {
    const answer = understand(said);
    expect(answer.kind).toBe('notUnderstood');
    if (answer.kind !== 'notUnderstood') return;
    expect(answer.spans.length).toBeGreaterThan(0);
    for (const suggestion of answer.suggestions) expect([suggestion, understand(suggestion).kind]).toEqual([suggestion, 'plan']);
  });

  it.each(typos)('offers a spelling for %s, and does not execute it', (said, meant) => {
    const answer = understand(said);
    expect(answer.kind === 'notUnderstood' && answer.suggestions[0]).toBe(meant);
  });

  it.each([
    ['rotate 4000 degrees', 'rotate 40° clockwise'],
    ['increase the saturation by 900%', 'saturation +100 %'],
    ['straighten by 60 degrees', 'straighten by 45° clockwise'],
    ['crop the left half', 'crop to the left half'],
  ])('offers something within range or clear for %s', (said, near) => {
    const answer = understand(said);
    expect(answer.kind === 'notUnderstood' && answer.suggestions).toContain(near);
  });

  it('names both sides of a contradiction', () => {
    const said = 'make it brighter and darker';
    const answer = understand(said);
    expect(answer.kind === 'notUnderstood' && answer.spans.map(({ start, end }) => said.slice(start, end))).toEqual(['make it brighter', 'darker']);
  });

  it.each([
    ['make it brighter and add a dog', ['dog']],
    ['add "text" to the zebra', ['"text"', 'zebra']],
    ['😀 brighter', ['😀']],
  ])('points at the words of %s', (said, words) => {
    const answer = understand(said);
    expect(answer.kind === 'notUnderstood' && answer.spans.map(({ start, end }) => said.slice(start, end))).toEqual(words);
  });
});
