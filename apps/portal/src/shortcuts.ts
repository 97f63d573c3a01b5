import type { Action } from './canvas/actions.js';
import type { EditorState } from './canvas/editor-state.js';

/** What a key does: acts on the editor, or asks the page for something. */
export type Effect = Action | { readonly do: 'write' } | { readonly do: 'show shortcuts' } | { readonly do: 'save' };

/** The part of a keyboard event that decides. */
export type KeyPress = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey'>;

/** What people are told; `effectOf` below is what the keys do. A test holds the two together. */
export const shortcuts: readonly { readonly keys: readonly string[]; readonly words: string }[] = [
  { keys: ['Enter'], words: 'Edit the picture' },
  { keys: ['Shift', 'Enter'], words: 'New line in the sentence' },
  { keys: ['/'], words: 'Write what should change' },
  { keys: ['Esc'], words: 'Cancel the running edit, or put the brush down' },
  { keys: ['Ctrl', 'Z'], words: 'Undo' },
  { keys: ['Ctrl', 'Shift', 'Z'], words: 'Redo' },
  { keys: ['Ctrl', 'V'], words: 'Open a copied picture' },
  { keys: ['Ctrl', 'S'], words: 'Download' },
  { keys: ['C'], words: 'Compare with the original; then ← →' },
  { keys: ['H'], words: 'Move the picture' },
  { keys: ['B'], words: 'Paint where to edit' },
  { keys: ['E'], words: 'Erase or paint' },
  { keys: ['[', ']'], words: 'Smaller or larger brush' },
  { keys: ['Shift', 'Delete'], words: 'Clear the mask' },
  { keys: ['+', '−'], words: 'Zoom in or out' },
  { keys: ['0'], words: 'Fit the picture' },
  { keys: ['1'], words: 'Show at 100 %' },
  { keys: ['←', '→', '↑', '↓'], words: 'Move the view' },
  { keys: ['?'], words: 'These shortcuts' },
];

const panStep = 60;
const panKeys: Readonly<Record<string, { x: number; y: number }>> = { ArrowLeft: { x: panStep, y: 0 }, ArrowRight: { x: -panStep, y: 0 }, ArrowUp: { x: 0, y: panStep }, ArrowDown: { x: 0, y: -panStep } };

const plain: Readonly<Record<string, (state: EditorState) => Effect>> = {
  '/': () => ({ do: 'write' }),
  '?': () => ({ do: 'show shortcuts' }),
  Escape: () => ({ do: 'take tool', tool: 'hand' }),
  c: (state) => ({ do: 'compare', position: state.compare === undefined ? 0.5 : undefined }),
  h: () => ({ do: 'take tool', tool: 'hand' }),
  b: () => ({ do: 'take tool', tool: 'brush' }),
  e: (state) => ({ do: 'set brush', erase: !state.brush.erase }),
  '[': (state) => ({ do: 'set brush', radius: Math.round(state.brush.radius / 1.25) }),
  ']': (state) => ({ do: 'set brush', radius: Math.round(state.brush.radius * 1.25) + 1 }),
  '+': () => ({ do: 'zoom', factor: 1.25 }),
  '=': () => ({ do: 'zoom', factor: 1.25 }),
  '-': () => ({ do: 'zoom', factor: 0.8 }),
  '0': () => ({ do: 'fit' }),
  '1': () => ({ do: 'show at', scale: 1 }),
};

/** What this key press does outside of text fields; undefined for keys that are none of ours. */
export function effectOf(press: KeyPress, state: EditorState): Effect | undefined {
  const key = press.key.length === 1 ? press.key.toLowerCase() : press.key;
  if (press.altKey) return undefined;
  if (press.ctrlKey || press.metaKey) {
    if (key === 'z') return { do: press.shiftKey ? 'redo' : 'undo' };
    if (key === 'y') return { do: 'redo' };
    return key === 's' ? { do: 'save' } : undefined;
  }
  if (press.shiftKey && (key === 'Delete' || key === 'Backspace')) return { do: 'clear mask' };
  const by = panKeys[key];
  return by === undefined ? plain[key]?.(state) : { do: 'pan', by };
}
