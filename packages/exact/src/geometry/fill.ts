import type { Colour } from '@flux-context/instructions';
import { transparent, type Fill } from '@flux-context/picture';

/** What new canvas is filled with. Without a colour it is transparent; a format without alpha shows that as white. */
export const fillOf = (colour: Colour | undefined): Fill => {
  if (colour === undefined) return transparent;
  const [, red, green, blue] = Buffer.from(`00${colour.slice(1)}`, 'hex');
  return [red ?? 0, green ?? 0, blue ?? 0];
};
