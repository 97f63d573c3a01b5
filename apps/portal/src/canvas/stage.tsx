import { useEffect, useRef, useState, type PointerEvent, type ReactNode } from 'react';
import { CompareSlider } from './compare-slider.js';
import { useEditor } from './editor-context.js';
import { comparedPicture, currentPicture } from './editor-state.js';
import { MaskOverlay } from './mask-overlay.js';
import type { Picture, Point, Size } from './picture.js';
import { down, free, move, up, type Grip, type Step } from './tools.js';
import type { Insets } from './viewport.js';

/** Room around a fitted picture: the toolbar above and the composer below, so high now, float over the desk. On a low screen the picture keeps its share. */
function insetsOf({ width, height }: Size, composer: number): Insets {
  const [top, side, gap] = width < 700 ? [68, 12, 20] : [76, 40, 34];
  return { top, right: side, bottom: Math.min(composer + gap, height * 0.5), left: side };
}

/** Turns pointers on the canvas into the tool's steps. */
function useHand() {
  const { editor } = useEditor();
  const grip = useRef<Grip>(free);
  const [pointer, setPointer] = useState<Point>();
  const take = (step: Step): void => {
    grip.current = step.grip;
    for (const action of step.actions) editor.act(action);
  };
  const touchOf = (event: PointerEvent<HTMLElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    return { id: event.pointerId, at: { x: event.clientX - box.left, y: event.clientY - box.top } };
  };
  return {
    pointer,
    hands: {
      onPointerDown: (event: PointerEvent<HTMLElement>) => {
        if (event.button > 1) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        const { tool, view } = editor.read();
        take(down(grip.current, touchOf(event), { tool: event.button === 1 ? 'hand' : tool, view }));
      },
      onPointerMove: (event: PointerEvent<HTMLElement>) => {
        const touch = touchOf(event);
        setPointer(event.pointerType === 'touch' ? undefined : touch.at);
        take(move(grip.current, touch, editor.read()));
      },
      onPointerUp: (event: PointerEvent<HTMLElement>) => take(up(grip.current, event.pointerId)),
      onPointerCancel: (event: PointerEvent<HTMLElement>) => take(up(grip.current, event.pointerId)),
      onPointerLeave: () => setPointer(undefined),
    },
  };
}

/** The desk on which the picture lies: shows it, moves and zooms it, and lets the tools work on it. */
export function Stage({ children, busy, composer }: { children?: ReactNode; busy: boolean; composer: number }) {
  const { state, editor } = useEditor();
  const desk = useRef<HTMLDivElement>(null);
  const { hands, pointer } = useHand();
  useEffect(() => {
    const element = desk.current;
    if (element === null) return undefined;
    const measure = (): void => {
      const screen = { width: element.clientWidth, height: element.clientHeight };
      editor.act({ do: 'measure screen', screen, insets: insetsOf(screen, composer) });
    };
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [editor, composer]);
  useEffect(() => {
    const element = desk.current;
    if (element === null) return undefined;
    const wheel = (event: WheelEvent): void => {
      event.preventDefault();
      const box = element.getBoundingClientRect();
      if (event.shiftKey) editor.act({ do: 'pan', by: { x: -event.deltaY - event.deltaX, y: 0 } });
      else editor.act({ do: 'zoom', factor: Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.0016)), at: { x: event.clientX - box.left, y: event.clientY - box.top } });
    };
    element.addEventListener('wheel', wheel, { passive: false });
    return () => element.removeEventListener('wheel', wheel);
  }, [editor]);
  const picture = currentPicture(state);
  return (
    <div ref={desk} className="desk" data-tool={state.tool} {...(picture === undefined ? {} : hands)}>
      {picture !== undefined && <Sheet picture={picture} busy={busy} />}
      {picture !== undefined && <MaskOverlay pointer={pointer} />}
      {children}
    </div>
  );
}

function Sheet({ picture, busy }: { picture: Picture; busy: boolean }) {
  const { state } = useEditor();
  const { view, compare, timeline } = state;
  const before = comparedPicture(state);
  const turns = timeline?.at ?? 0;
  const said = timeline?.turns[turns - 1]?.instruction;
  return (
    <div className="sheet" data-busy={busy} data-near={view.scale >= 4} style={{ width: picture.width * view.scale, height: picture.height * view.scale, transform: `translate(${view.x}px, ${view.y}px)` }}>
      <img src={picture.url} alt={said === undefined ? `Your picture, ${picture.width} by ${picture.height} pixels` : `Your picture after: ${said}`} draggable={false} />
      {before !== undefined && compare !== undefined && <CompareSlider before={before} position={compare} />}
    </div>
  );
}
