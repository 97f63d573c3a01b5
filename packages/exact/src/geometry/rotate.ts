import { reducedTurn, rotatedSize } from '@flux-context/instructions';
import { rotateBy, rotateQuarter } from '@flux-context/picture';
import type { Operation } from '../operation.js';
import { fillOf } from './fill.js';

export const rotate: Operation<'rotate'> = {
  name: 'rotate',
  apply: (picture, { degrees, fill }) => {
    const turn = reducedTurn(degrees);
    if (turn % 90 === 0) return rotateQuarter(picture, ((turn / 90) % 4) as 0 | 1 | 2 | 3);
    return rotateBy(picture, turn, rotatedSize(degrees, picture), fillOf(fill));
  },
};
