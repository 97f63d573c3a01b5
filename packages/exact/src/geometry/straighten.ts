import { straightenedSize } from '@flux-context/instructions';
import { rotateBy } from '@flux-context/picture';
import { applicable } from '../exact-error.js';
import type { Operation } from '../operation.js';

export const straighten: Operation<'straighten'> = {
  name: 'straighten',
  apply: (picture, { degrees }) => (degrees === 0 ? picture : rotateBy(picture, degrees, applicable(straightenedSize(degrees, picture)), 'edges')),
};
