import type { Mask } from '@flux-context/picture';

/**
 * How much of each token, `patch` pixels square, may change: the mask made black and white at a half, then reduced bilinearly
 * without smoothing as the reference does, which looks at the four pixels in the middle of each patch.
 */
export const maskOfTokens = ({ width, height, data }: Mask, patch: number): Float32Array => {
  const [columns, rows] = [Math.floor(width / patch), Math.floor(height / patch)];
  const tokens = new Float32Array(columns * rows);
  const middle = patch / 2 - 1;
  const isMasked = (x: number, y: number): number => (data[y * width + x]! >= 128 ? 1 : 0);
  for (let at = 0; at < tokens.length; at += 1) {
    const [x, y] = [(at % columns) * patch + middle, Math.floor(at / columns) * patch + middle];
    tokens[at] = (isMasked(x, y) + isMasked(x + 1, y) + isMasked(x, y + 1) + isMasked(x + 1, y + 1)) / 4;
  }
  return tokens;
};
