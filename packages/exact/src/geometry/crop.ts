import { cropBox } from '@flux-context/instructions';
import { extract } from '@flux-context/picture';
import { applicable } from '../exact-error.js';
import type { Operation } from '../operation.js';

export const crop: Operation<'crop'> = {
  name: 'crop',
  apply: (picture, { to }) => extract(picture, applicable(cropBox(to, picture))),
};
