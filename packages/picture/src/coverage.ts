import type { Fill } from './canvas.js';
import { emptyLike, type Picture } from './picture.js';

/** A picture of opaque pixels that was turned: how it lies on its new canvas, both centres being one. */
export interface Turned {
  readonly width: number;
  readonly height: number;
  readonly cos: number;
  readonly sin: number;
}

/**
 * Puts the fill where the turned picture is not. A pixel on its border takes as much of each as it is covered, so edges are
 * smooth and no colour of the fill reaches the inside. A transparent fill makes the result RGBA; else it is changed in place.
 */
export const fillAround = (canvas: Picture, { width, height, cos, sin }: Turned, fill: Fill): Picture => {
  const clear = (fill[3] ?? 255) < 255;
  const filled = clear ? emptyLike({ ...canvas, channels: 4 }, canvas.width, canvas.height) : canvas;
  const scale = canvas.depth === 16 ? 257 : 1;
  const [from, to] = [canvas.data, filled.data];
  const [red, green, blue] = [fill[0] * scale, fill[1] * scale, fill[2] * scale];
  for (let y = 0, at = 0, out = 0; y < canvas.height; y += 1) {
    const dy = y + 0.5 - canvas.height / 2;
    for (let x = 0; x < canvas.width; x += 1, at += 3, out += filled.channels) {
      const dx = x + 0.5 - canvas.width / 2;
      const covered = within(cos * dx + sin * dy, width) * within(cos * dy - sin * dx, height);
      if (clear && covered > 0) {
        to[out] = from[at]!;
        to[out + 1] = from[at + 1]!;
        to[out + 2] = from[at + 2]!;
        to[out + 3] = Math.round(255 * scale * covered);
      } else if (!clear && covered < 1) {
        to[out] = Math.round(red + (from[at]! - red) * covered);
        to[out + 1] = Math.round(green + (from[at + 1]! - green) * covered);
        to[out + 2] = Math.round(blue + (from[at + 2]! - blue) * covered);
      }
    }
  }
  return filled;
};

/** How much of a pixel at that distance from the middle lies within the length. */
const within = (distance: number, length: number): number => {
  const inside = length / 2 + 0.5 - Math.abs(distance);
  return inside >= 1 ? 1 : inside <= 0 ? 0 : inside;
};
