import type { Lexicon } from '../../lexicon.js';
import { colours } from './colours.js';
import { connections } from './connections.js';
import { geometry } from './geometry.js';
import { labels } from './labels.js';
import { light } from './light.js';
import { numbers } from './numbers.js';

/** English, British and American. */
export const english: Lexicon = {
  language: 'en',
  entries: [...connections, ...numbers, ...geometry, ...light, ...colours],
  labels,
  examples: [
    'make it brighter',
    'crop to 16:9',
    'rotate 90 degrees left',
    'flip horizontally',
    'resize to 1200 px wide',
    'straighten by 2 degrees',
    'increase the contrast by 20 %',
    'lift the shadows',
    'recover the highlights',
    'make it warmer',
    'auto white balance',
    'auto levels',
    'make it black and white',
    'turn the reds blue',
    'add a white border of 40 px',
    'crop to the left half',
    'cut off the bottom 10 %',
    'darken the top half',
    'increase the saturation by 20 %',
    'add clarity',
    'more vivid',
    'exposure +1 EV',
    'shrink by 50 %',
    'enlarge by 50 %',
    'extend the canvas to 16:9 with white',
    'duotone navy and peach',
    'gamma 1.2',
    'hue +30°',
    'increase the vibrance by 20 %',
    'sepia at 50 %',
    'threshold at 50 %',
    'more magenta',
  ],
};
