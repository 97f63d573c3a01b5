import { describe, expect, it } from '@jest/globals';
import { understand, type PlanOperation } from '../index.js';

type Row = readonly [PlanOperation, string];
const top = { kind: 'box', box: { x: 0, y: 0, width: 1, height: 0.5 } } as const;
const left = { kind: 'box', box: { x: 0, y: 0, width: 0.5, height: 1 } } as const;
const mask = { kind: 'mask' } as const;

/** What is meant, and the ways to say it. */
const rows: readonly Row[] = [
  [{ op: 'brightness', amount: 0.3 }, 'brighter | brighten | lighten | make it brighter | make the photo lighter | brighten it up | brighten the photo up | the picture should be brighter | increase the brightness | brighten the picture please | more light | raise brightness | could you make the image brighter? | make it bright | turn the brightness up | bump up the brightness'],
  [{ op: 'brightness', amount: -0.3 }, 'darker | darken | make it darker | dim it | reduce the brightness | less bright | decrease brightness | lower the brightness | turn down the brightness | make the picture darker!'],
  [{ op: 'brightness', amount: 0.15 }, 'slightly brighter | a bit brighter | make it a little brighter | brighten it a bit | brighten slightly | a touch brighter | make it a tad lighter'],
  [{ op: 'brightness', amount: 0.6 }, 'much brighter | a lot brighter | brighten it a lot | make it very bright | brighten strongly | considerably lighter'],
  [{ op: 'brightness', amount: -1 }, 'extremely dark | make it completely dark | darken by 100%'],
  [{ op: 'brightness', amount: 0.2 }, 'brighter by 20% | brighten by 20 % | 20% brighter | increase brightness by twenty percent | brightness +20 | brightness +20% | increase the brightness by 20 | raise the brightness by a fifth | set the brightness to +20%'],
  [{ op: 'brightness', amount: -0.25 }, 'darker by a quarter | 25% darker | brightness -25 % | reduce the brightness by 25 per cent | darken by twenty-five percent | darken by 25'],
  [{ op: 'brightness', amount: 0.5 }, 'brighter by half | brighten by ½ | brighten by 1/2 | brightness +50%'],
  [{ op: 'brightness', amount: 0.125 }, 'brighten by 12.5% | brightness +12.5'],
  [{ op: 'exposure', stops: 0.6 }, 'increase the exposure | more exposure | boost exposure'],
  [{ op: 'exposure', stops: 1 }, 'one stop brighter | a stop brighter | increase exposure by 1 stop | exposure +1 EV | brighten by one stop | twice as bright | double the brightness | make it twice as bright | lift the exposure by 1 EV'],
  [{ op: 'exposure', stops: -0.5 }, 'half a stop darker | exposure -0.5 EV | reduce exposure by 0.5 EV | -0.5 EV exposure | decrease the exposure by half a stop'],
  [{ op: 'exposure', stops: 1.5 }, 'one and a half stops brighter | 1.5 stops brighter | exposure +1½ EV | +1.5 EV | +1.5 stops'],
  [{ op: 'exposure', stops: -1 }, 'half as bright | one stop darker | exposure -1 EV'],
  [{ op: 'contrast', amount: 0.3 }, 'more contrast | increase contrast | add contrast | add some contrast | boost the contrast | punchier | make it punchy | more contrasty | make it more contrasty'],
  [{ op: 'contrast', amount: -0.3 }, 'less contrast | reduce the contrast | lower contrast | flatter | less punchy | decrease the contrast'],
  [{ op: 'contrast', amount: 0.15 }, 'slightly more contrast | add a bit of contrast | increase the contrast a little'],
  [{ op: 'contrast', amount: -0.5 }, 'halve the contrast | reduce contrast by 50% | contrast -50'],
  [{ op: 'gamma', gamma: 1.2 }, 'gamma 1.2 | set gamma to 1.2 | set the gamma to 1.2 | change gamma to 1.2'],
  [{ op: 'shadows', amount: 0.3 }, 'lift the shadows | open up the shadows | brighten the shadows | lighten shadows | make the shadows brighter | raise the shadows | brighter shadows | recover the shadows'],
  [{ op: 'shadows', amount: -0.3 }, 'deepen the shadows | crush the shadows | darken the shadows | darker shadows | lower the shadows'],
  [{ op: 'shadows', amount: 0.4 }, 'shadows +40 | lift the shadows by 40% | brighten the shadows by 40 %'],
  [{ op: 'highlights', amount: -0.3 }, 'recover the highlights | lower the highlights | reduce highlights | darken the highlights | tame the highlights | pull down the highlights | bring the highlights down | pull the highlights down | make the highlights darker'],
  [{ op: 'highlights', amount: 0.3 }, 'raise the highlights | brighten the highlights | boost highlights'],
  [{ op: 'saturation', amount: 0.3 }, 'more saturation | increase saturation | saturate | more vivid | make it more colourful | more colorful | boost the colours | more colour | make it vivid | increase the color intensity | more saturated'],
  [{ op: 'saturation', amount: -0.3 }, 'desaturate | less saturation | make it muted | more muted | less vivid | less colourful | mute the colours | tone down the colors | less saturated'],
  [{ op: 'saturation', amount: 1 }, 'double the saturation | saturation +100% | increase the saturation by 100 percent | extremely vivid'],
  [{ op: 'saturation', amount: -1 }, 'remove the colour | remove all colour | desaturate completely | saturation -100 | fully desaturate'],
  [{ op: 'vibrance', amount: 0.3 }, 'make the colors pop | more vibrance | increase the vibrance | more vibrant | make it vibrant'],
  [{ op: 'vibrance', amount: -0.2 }, 'reduce vibrance by 20% | vibrance -20'],
  [{ op: 'temperature', amount: 0.3 }, 'give it a warm tone | remove the blue cast | warmer | make it warmer | warm it up | warm up | more warmth | increase the colour temperature | increase the color temperature | make it warm | warmer colours'],
  [{ op: 'temperature', amount: -0.3 }, 'remove the yellow tint | get rid of the orange cast | give it a cool look | less yellow | cooler | colder | cool it down | make the photo cooler | less warm | reduce the warmth | colder tones'],
  [{ op: 'temperature', amount: 0.15 }, 'a bit warmer | slightly warmer | warm it up a bit | a hint warmer'],
  [{ op: 'tint', amount: 0.3 }, 'remove the green tint | more magenta | pinker | less green | towards magenta | tint +30'],
  [{ op: 'tint', amount: -0.3 }, 'greener | more green | less magenta | make it greener | tint -30%'],
  [{ op: 'hue', degrees: 30 }, 'shift the hue by 30 degrees | hue +30° | rotate the hue by 30 degrees | increase the hue by 30°'],
  [{ op: 'hue', degrees: -45 }, 'hue -45 | shift hue by -45° | shift the hue -45 degrees'],
  [{ op: 'localContrast', strength: 0.3 }, 'add clarity | more clarity | increase local contrast | boost the clarity'],
  [{ op: 'localContrast', strength: 0.5 }, 'apply CLAHE | increase the clarity by 50% | clarity +50 | increase clarity by half'],
  [{ op: 'brightness', amount: -0.3, region: top }, 'darken the top half | make the top half darker | darken the upper half | in the top half, make it darker | darken the top | make the upper part of the picture darker'],
  [{ op: 'brightness', amount: 0.2, region: left }, 'brighten the left half by 20% | make the left side 20 % brighter | brightness +20 % in the left half'],
  [{ op: 'temperature', amount: 0.3, region: { kind: 'box', box: { x: 0.5, y: 0.5, width: 0.5, height: 0.5 } } }, 'make the bottom right quarter warmer | warmer in the lower right corner | make the bottom right warmer'],
  [{ op: 'contrast', amount: 0.3, region: { kind: 'box', box: { x: 0, y: 0.666667, width: 1, height: 0.333333 } } }, 'more contrast in the lower third | increase the contrast in the bottom third | add contrast to the lower third'],
  [{ op: 'saturation', amount: -0.3, region: { kind: 'box', box: { x: 0, y: 0, width: 1, height: 0.2 } } }, 'desaturate the top 20 % | desaturate the top 20% | less saturation in the top 20 percent'],
  [{ op: 'brightness', amount: 0.3, region: { kind: 'box', box: { x: 0.333333, y: 0, width: 0.333333, height: 1 } } }, 'brighten the middle third | in the middle third, make it brighter'],
  [{ op: 'brightness', amount: 0.3, region: { kind: 'box', box: { x: 0.25, y: 0.25, width: 0.5, height: 0.5 } } }, 'brighten the centre | make the center brighter | brighten the middle 50%'],
  [{ op: 'brightness', amount: 0.3, region: mask }, 'brighten the selection | make the masked area brighter | brighten here | make the brushed area lighter | brighten the selected part'],
];

describe('light and colour in words', () => {
  it.each(rows.flatMap(([operation, said]) => said.split('|').map((words) => [words.trim(), operation] as const)))('%s', (words, operation) => {
    const answer = understand(words, { mask: /selection|mask|brush|here|selected/.test(words) });
    expect(answer.kind === 'plan' ? answer.plan : answer).toEqual({ version: 1, operations: [operation] });
  });
});
