import { useEffect, useRef } from 'react';
import { useEditor } from './editor-context.js';
import { paintStrokes } from './mask.js';
import type { Point } from './picture.js';

/** What is painted so far, and the brush as a ring under the pointer. Drawn in screen pixels, so a large picture costs nothing more. */
export function MaskOverlay({ pointer }: { pointer: Point | undefined }) {
  const { state } = useEditor();
  const { view, strokes, screen, brush, tool } = state;
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const ink = canvas.current?.getContext('2d');
    if (!ink) return;
    const dots = window.devicePixelRatio;
    ink.canvas.width = Math.round(screen.width * dots);
    ink.canvas.height = Math.round(screen.height * dots);
    ink.setTransform(view.scale * dots, 0, 0, view.scale * dots, view.x * dots, view.y * dots);
    paintStrokes(ink, strokes, '#ff3d71');
  }, [view, strokes, screen]);
  const size = 2 * brush.radius * view.scale;
  return (
    <>
      <canvas ref={canvas} className="mask" aria-hidden="true" />
      {tool === 'brush' && pointer !== undefined && <span className="brush-ring" data-erase={brush.erase} aria-hidden="true" style={{ width: size, height: size, transform: `translate(${pointer.x - size / 2}px, ${pointer.y - size / 2}px)` }} />}
    </>
  );
}
