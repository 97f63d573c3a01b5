import type { Frame } from '../clause.js';
import { crops } from './crop.js';
import { effects, recolour } from './effects.js';
import { light, stops } from './light.js';
import { pads } from './pad.js';
import { resizes } from './resize.js';
import { flip, rotate, straighten } from './turn.js';

/** All kinds of clauses that are understood. The first that leaves no word over wins. */
export const frames: readonly Frame[] = [effects, recolour, light, stops, rotate, straighten, flip, ...crops, ...resizes, ...pads];
