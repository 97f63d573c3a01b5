import type { Point, Size } from './picture.js';

/** Where the picture lies on the screen: its top left corner in screen pixels, and screen pixels per picture pixel. */
export interface Viewport extends Point {
  readonly scale: number;
}

export interface Insets {
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly left: number;
}

const scaleMin = 0.01;
const scaleMax = 32;
/** Of a picture that is dragged out, so much stays in sight. */
const keptInSight = 48;

/** The largest view that shows the whole picture inside the insets; a small picture is not blown up beyond twice its size. */
export function fitted(picture: Size, screen: Size, insets: Insets): Viewport {
  const room = { width: Math.max(40, screen.width - insets.left - insets.right), height: Math.max(40, screen.height - insets.top - insets.bottom) };
  const scale = Math.min(room.width / picture.width, room.height / picture.height, 2);
  return { scale, x: insets.left + (room.width - picture.width * scale) / 2, y: insets.top + (room.height - picture.height * scale) / 2 };
}

/** Zooms so that what lies under `at` stays there. */
export function zoomed(view: Viewport, factor: number, at: Point): Viewport {
  const scale = Math.min(Math.max(view.scale * factor, scaleMin), scaleMax);
  const ratio = scale / view.scale;
  return { scale, x: at.x - (at.x - view.x) * ratio, y: at.y - (at.y - view.y) * ratio };
}

/** Moves the picture, and never out of sight. */
export function panned(view: Viewport, by: Point, picture: Size, screen: Size): Viewport {
  return {
    scale: view.scale,
    x: Math.min(Math.max(view.x + by.x, keptInSight - picture.width * view.scale), screen.width - keptInSight),
    y: Math.min(Math.max(view.y + by.y, keptInSight - picture.height * view.scale), screen.height - keptInSight),
  };
}

export const toPicture = (view: Viewport, at: Point): Point => ({ x: (at.x - view.x) / view.scale, y: (at.y - view.y) / view.scale });
