import { flip as mirror } from '@flux-context/picture';
import type { Operation } from '../operation.js';

export const flip: Operation<'flip'> = {
  name: 'flip',
  apply: (picture, { axis }) => mirror(picture, axis),
};
