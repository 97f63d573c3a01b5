import type { Action, ToolName } from './actions.js';
import type { Stroke } from './mask.js';
import type { Picture, Size } from './picture.js';
import { extended, movedTo, pictureAt, picturesOf, startOf, type Timeline } from './timeline.js';
import { fitted, panned, zoomed, type Insets, type Viewport } from './viewport.js';

/** The editor without a page. Everything in it lives in this tab's memory and nowhere else. */
export interface EditorState {
  readonly timeline: Timeline | undefined;
  readonly screen: Size;
  readonly insets: Insets;
  readonly view: Viewport;
  /** Whether the view follows the window: until somebody zooms or pans. */
  readonly fits: boolean;
  readonly tool: ToolName;
  readonly brush: { readonly radius: number; readonly erase: boolean };
  readonly strokes: readonly Stroke[];
  /** Where the line between before and after stands, 0 to 1; undefined when the comparison is off. */
  readonly compare: number | undefined;
  readonly references: readonly Picture[];
}

export const emptyEditor: EditorState = {
  timeline: undefined,
  screen: { width: 1, height: 1 },
  insets: { top: 0, right: 0, bottom: 0, left: 0 },
  view: { scale: 1, x: 0, y: 0 },
  fits: true,
  tool: 'hand',
  brush: { radius: 40, erase: false },
  strokes: [],
  compare: undefined,
  references: [],
};

/** The picture on the canvas. */
export const currentPicture = (state: EditorState): Picture | undefined => state.timeline && pictureAt(state.timeline, state.timeline.at);

/** What the current picture is compared with: the picture that was opened. */
export const comparedPicture = (state: EditorState): Picture | undefined => (state.timeline !== undefined && state.timeline.at > 0 ? state.timeline.original : undefined);

export const canUndo = (state: EditorState): boolean => (state.timeline?.at ?? 0) > 0 || (state.tool === 'brush' && state.strokes.length > 0);
export const canRedo = (state: EditorState): boolean => state.timeline !== undefined && state.timeline.at < state.timeline.turns.length;

/** Every picture the editor holds; what leaves this set is let go. */
export const heldPictures = (state: EditorState): readonly Picture[] => [...(state.timeline ? picturesOf(state.timeline) : []), ...state.references];

const sameSize = (a: Size, b: Size): boolean => a.width === b.width && a.height === b.height;

/** Another picture is on the canvas: a mask of the one before would not fit it, and the view fits anew where the size changed. */
function showing(state: EditorState, timeline: Timeline): EditorState {
  const before = currentPicture(state);
  const next = { ...state, timeline, strokes: [] };
  const after = pictureAt(timeline, timeline.at);
  return before !== undefined && sameSize(before, after) ? next : fit(next);
}

function fit(state: EditorState): EditorState {
  const picture = currentPicture(state);
  return picture === undefined ? state : { ...state, fits: true, view: fitted(picture, state.screen, state.insets) };
}

const centreOf = ({ screen, insets }: EditorState) => ({ x: (insets.left + screen.width - insets.right) / 2, y: (insets.top + screen.height - insets.bottom) / 2 });

/** The state after an action. Pure; an action that makes no sense now changes nothing. */
export function after(state: EditorState, action: Action): EditorState {
  switch (action.do) {
    case 'open':
      return fit({ ...emptyEditor, screen: state.screen, insets: state.insets, timeline: startOf(action.picture), brush: { radius: firstRadius(action.picture), erase: false } });
    case 'close':
      return { ...emptyEditor, screen: state.screen, insets: state.insets };
    case 'measure screen': {
      const measured = { ...state, screen: action.screen, insets: action.insets };
      return state.fits ? fit(measured) : measured;
    }
    case 'add reference':
      return { ...state, references: [...state.references, action.picture] };
    case 'remove reference':
      return { ...state, references: state.references.filter((reference) => reference.url !== action.url) };
    default:
      return state.timeline === undefined ? state : afterOnPicture(state, state.timeline, action);
  }
}

/** A brush that covers about a twelfth of the shorter side. */
const firstRadius = ({ width, height }: Size): number => Math.max(4, Math.round(Math.min(width, height) / 24));

type PictureAction = Exclude<Action, { do: 'open' | 'close' | 'measure screen' | 'add reference' | 'remove reference' }>;

function afterOnPicture(state: EditorState, timeline: Timeline, action: PictureAction): EditorState {
  switch (action.do) {
    case 'add turn': {
      const next = showing({ ...state, tool: 'hand' }, extended(timeline, action.turn));
      return { ...next, compare: sameSize(timeline.original, action.turn.picture) ? (state.compare ?? 0.5) : undefined };
    }
    case 'undo':
      if (state.tool === 'brush' && state.strokes.length > 0) return { ...state, strokes: state.strokes.slice(0, -1) };
      return timeline.at === 0 ? state : showing(state, movedTo(timeline, timeline.at - 1));
    case 'redo':
      return canRedo(state) ? showing(state, movedTo(timeline, timeline.at + 1)) : state;
    case 'go to':
      return action.at === timeline.at ? state : showing(state, movedTo(timeline, action.at));
    case 'compare':
      return { ...state, compare: action.position === undefined || timeline.at === 0 ? undefined : Math.min(Math.max(action.position, 0), 1) };
    case 'fit':
    case 'zoom':
    case 'show at':
    case 'pan':
      return afterView(state, pictureAt(timeline, timeline.at), action);
    default:
      return afterMask(state, action);
  }
}

function afterView(state: EditorState, picture: Size, action: Extract<Action, { do: 'fit' | 'zoom' | 'show at' | 'pan' }>): EditorState {
  switch (action.do) {
    case 'fit':
      return fit(state);
    case 'zoom':
      return { ...state, fits: false, view: zoomed(state.view, action.factor, action.at ?? centreOf(state)) };
    case 'show at':
      return { ...state, fits: false, view: zoomed(state.view, action.scale / state.view.scale, centreOf(state)) };
    default:
      return { ...state, fits: false, view: panned(state.view, action.by, picture, state.screen) };
  }
}

type MaskAction = Extract<Action, { do: 'take tool' | 'set brush' | 'begin stroke' | 'extend stroke' | 'drop stroke' | 'clear mask' }>;

function afterMask(state: EditorState, action: MaskAction): EditorState {
  switch (action.do) {
    case 'take tool':
      return { ...state, tool: action.tool, compare: action.tool === 'brush' ? undefined : state.compare };
    case 'set brush':
      return { ...state, brush: { radius: Math.max(1, action.radius ?? state.brush.radius), erase: action.erase ?? state.brush.erase } };
    case 'begin stroke':
      return { ...state, strokes: [...state.strokes, { ...state.brush, points: [action.point] }] };
    case 'extend stroke': {
      const stroke = state.strokes.at(-1);
      return stroke === undefined ? state : { ...state, strokes: [...state.strokes.slice(0, -1), { ...stroke, points: [...stroke.points, action.point] }] };
    }
    case 'drop stroke':
      return { ...state, strokes: state.strokes.slice(0, -1) };
    default:
      return { ...state, strokes: [] };
  }
}
