import type { Point, Size } from './picture.js';

/** One pull of the brush, in picture pixels. */
export interface Stroke {
  readonly radius: number;
  readonly erase: boolean;
  readonly points: readonly Point[];
}

/** The part of a 2D context that painting needs, so that it works on a page's canvas and on one without a page. */
export type Ink = Pick<CanvasRenderingContext2D, 'arc' | 'beginPath' | 'fill' | 'fillStyle' | 'globalCompositeOperation' | 'lineCap' | 'lineJoin' | 'lineTo' | 'lineWidth' | 'moveTo' | 'stroke' | 'strokeStyle'>;

/** Paints the strokes in their order; an erasing one takes away what lies below. The context's transform maps picture pixels to its own. */
export function paintStrokes(ink: Ink, strokes: readonly Stroke[], colour: string): void {
  ink.lineCap = 'round';
  ink.lineJoin = 'round';
  ink.strokeStyle = colour;
  ink.fillStyle = colour;
  for (const { points, radius, erase } of strokes) {
    const [first, ...others] = points;
    if (first === undefined) continue;
    ink.globalCompositeOperation = erase ? 'destination-out' : 'source-over';
    ink.beginPath();
    if (others.length === 0) {
      ink.arc(first.x, first.y, radius, 0, 2 * Math.PI);
      ink.fill();
    } else {
      ink.lineWidth = 2 * radius;
      ink.moveTo(first.x, first.y);
      for (const point of others) ink.lineTo(point.x, point.y);
      ink.stroke();
    }
  }
  ink.globalCompositeOperation = 'source-over';
}

/** Whether anything is painted at all: strokes that only erase mark nothing. */
export const marksSomething = (strokes: readonly Stroke[]): boolean => strokes.some((stroke) => !stroke.erase);

/** The mask as the API wants it: a PNG of the picture's own size, white where the edit may change it and black elsewhere. */
export async function maskPng(strokes: readonly Stroke[], { width, height }: Size): Promise<Blob> {
  const canvas = new OffscreenCanvas(width, height);
  const ink = canvas.getContext('2d');
  if (ink === null) throw new RangeError('the browser has no memory for a mask of this size');
  paintStrokes(ink, strokes, '#fff');
  ink.globalCompositeOperation = 'destination-over';
  ink.fillStyle = '#000';
  ink.fillRect(0, 0, width, height);
  return canvas.convertToBlob({ type: 'image/png' });
}
