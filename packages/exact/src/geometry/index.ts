import { crop } from './crop.js';
import { flip } from './flip.js';
import { pad } from './pad.js';
import { resize } from './resize.js';
import { rotate } from './rotate.js';
import { straighten } from './straighten.js';

/** The operations that move pixels or change their number. Their arithmetic is that of `instructions`, so that the size promised beforehand is the size made. */
export const geometry = { crop, rotate, straighten, flip, resize, pad } as const;
