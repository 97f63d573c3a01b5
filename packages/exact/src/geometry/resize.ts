import { coverBox, resizedSize } from '@flux-context/instructions';
import { extract, resize as scale } from '@flux-context/picture';
import type { Operation } from '../operation.js';

export const resize: Operation<'resize'> = {
  name: 'resize',
  apply: (picture, { to }) => {
    const size = resizedSize(to, picture);
    const kept = to.kind === 'size' && to.fit === 'cover' ? extract(picture, coverBox(size, picture)) : picture;
    return scale(kept, size.width, size.height);
  },
};
