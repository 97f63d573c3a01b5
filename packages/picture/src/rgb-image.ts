/** An opaque sRGB picture as the models see it: 3 bytes per pixel, row by row from the top left. */
export interface RgbImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}
