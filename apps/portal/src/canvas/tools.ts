import type { Action, ToolName } from './actions.js';
import type { Point } from './picture.js';
import { toPicture, type Viewport } from './viewport.js';

/** A pointer on the canvas, in screen pixels from its top left. */
export interface Touch {
  readonly id: number;
  readonly at: Point;
}

/** What a tool knows while a hand works: nothing, one pointer that drags or paints, or two that pinch. */
export type Grip =
  | { readonly kind: 'free' }
  | { readonly kind: 'drag'; readonly touch: Touch }
  | { readonly kind: 'paint'; readonly touch: Touch }
  | { readonly kind: 'pinch'; readonly first: Touch; readonly second: Touch };

export interface Step {
  readonly grip: Grip;
  readonly actions: readonly Action[];
}

export interface Bench {
  readonly tool: ToolName;
  readonly view: Viewport;
}

export const free: Grip = { kind: 'free' };
const stay = (grip: Grip): Step => ({ grip, actions: [] });

/** A pointer comes down: the tool takes it, and a second one always makes a pinch, also out of a stroke, which is dropped. */
export function down(grip: Grip, touch: Touch, { tool, view }: Bench): Step {
  switch (grip.kind) {
    case 'free':
      if (tool === 'hand') return stay({ kind: 'drag', touch });
      return { grip: { kind: 'paint', touch }, actions: [{ do: 'begin stroke', point: toPicture(view, touch.at) }] };
    case 'drag':
      return stay({ kind: 'pinch', first: grip.touch, second: touch });
    case 'paint':
      return { grip: { kind: 'pinch', first: grip.touch, second: touch }, actions: [{ do: 'drop stroke' }] };
    default:
      return stay(grip);
  }
}

export function move(grip: Grip, touch: Touch, { view }: Bench): Step {
  switch (grip.kind) {
    case 'free':
      return stay(grip);
    case 'drag':
      if (touch.id !== grip.touch.id) return stay(grip);
      return { grip: { kind: 'drag', touch }, actions: [{ do: 'pan', by: { x: touch.at.x - grip.touch.at.x, y: touch.at.y - grip.touch.at.y } }] };
    case 'paint':
      if (touch.id !== grip.touch.id) return stay(grip);
      return { grip: { kind: 'paint', touch }, actions: [{ do: 'extend stroke', point: toPicture(view, touch.at) }] };
    default:
      return pinched(grip, touch);
  }
}

/** A pointer leaves. The one that stays after a pinch drags on; it never starts to paint. */
export function up(grip: Grip, id: number): Step {
  if (grip.kind === 'pinch') {
    if (id === grip.first.id) return stay({ kind: 'drag', touch: grip.second });
    return id === grip.second.id ? stay({ kind: 'drag', touch: grip.first }) : stay(grip);
  }
  return grip.kind !== 'free' && grip.touch.id === id ? stay(free) : stay(grip);
}

function pinched(grip: Extract<Grip, { kind: 'pinch' }>, touch: Touch): Step {
  const next = touch.id === grip.first.id ? { ...grip, first: touch } : touch.id === grip.second.id ? { ...grip, second: touch } : grip;
  if (next === grip) return stay(grip);
  const was = middle(grip.first.at, grip.second.at);
  const is = middle(next.first.at, next.second.at);
  const factor = distance(next.first.at, next.second.at) / Math.max(1, distance(grip.first.at, grip.second.at));
  return { grip: next, actions: [{ do: 'zoom', factor, at: was }, { do: 'pan', by: { x: is.x - was.x, y: is.y - was.y } }] };
}

const middle = (a: Point, b: Point): Point => ({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 });
const distance = (a: Point, b: Point): number => Math.hypot(a.x - b.x, a.y - b.y);
