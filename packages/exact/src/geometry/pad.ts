import { paddedCanvas } from '@flux-context/instructions';
import { extend } from '@flux-context/picture';
import { applicable } from '../exact-error.js';
import type { Operation } from '../operation.js';
import { fillOf } from './fill.js';

export const pad: Operation<'pad'> = {
  name: 'pad',
  apply: (picture, { to, fill }) => {
    const canvas = applicable(paddedCanvas(to, picture));
    return extend(picture, canvas, canvas.picture, fillOf(fill));
  },
};
