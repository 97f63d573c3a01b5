import { describe, expect, it } from 'vitest';
import { Editor } from './editor.js';
import { canRedo, canUndo, currentPicture } from './editor-state.js';
import type { Picture } from './picture.js';

const pictureOf = (name: string, width = 400, height = 300): Picture => ({ blob: new Blob([name]), url: `blob:${name}`, width, height });

/** An editor with a picture on a screen of 800 x 600, and the addresses it let go of. */
function opened() {
  const released: string[] = [];
  const editor = new Editor((url) => released.push(url));
  editor.act({ do: 'measure screen', screen: { width: 800, height: 600 }, insets: { top: 0, right: 0, bottom: 0, left: 0 } });
  editor.act({ do: 'open', picture: pictureOf('original') });
  const edit = (name: string, width = 400, height = 300): void => editor.act({ do: 'add turn', turn: { id: name, instruction: name, labels: [], picture: pictureOf(name, width, height), edit: { id: name, receiptNonce: undefined, sent: new Blob() } } });
  const shown = (): string | undefined => currentPicture(editor.read())?.url;
  return { editor, released, edit, shown };
}

describe('undo and redo', () => {
  it('walk along the chain and stop at its ends', () => {
    const { editor, edit, shown } = opened();
    edit('warmer');
    edit('brighter');
    editor.act({ do: 'undo' });
    expect(shown()).toBe('blob:warmer');
    editor.act({ do: 'undo' });
    editor.act({ do: 'undo' });
    expect([shown(), canUndo(editor.read()), canRedo(editor.read())]).toEqual(['blob:original', false, true]);
    editor.act({ do: 'redo' });
    editor.act({ do: 'redo' });
    editor.act({ do: 'redo' });
    expect([shown(), canRedo(editor.read())]).toEqual(['blob:brighter', false]);
  });

  it('lets go of what a new edit makes unreachable, and only of that', () => {
    const { editor, edit, released, shown } = opened();
    edit('warmer');
    edit('brighter');
    editor.act({ do: 'go to', at: 0 });
    expect(released).toEqual([]);
    edit('square');
    expect(released).toEqual(['blob:warmer', 'blob:brighter']);
    expect([shown(), canRedo(editor.read())]).toEqual(['blob:square', false]);
  });

  it('keeps nothing of a picture that was closed or replaced', () => {
    const { editor, edit, released } = opened();
    edit('warmer');
    editor.act({ do: 'add reference', picture: pictureOf('reference') });
    editor.act({ do: 'open', picture: pictureOf('next') });
    expect(released.toSorted()).toEqual(['blob:original', 'blob:reference', 'blob:warmer']);
    editor.act({ do: 'close' });
    expect(released).toContain('blob:next');
  });

  it('take back strokes before edits while the brush is in hand', () => {
    const { editor, edit, shown } = opened();
    edit('warmer');
    editor.act({ do: 'take tool', tool: 'brush' });
    editor.act({ do: 'begin stroke', point: { x: 1, y: 1 } });
    editor.act({ do: 'undo' });
    expect([shown(), editor.read().strokes]).toEqual(['blob:warmer', []]);
    editor.act({ do: 'undo' });
    expect(shown()).toBe('blob:original');
  });
});

describe('view', () => {
  it('fits anew when the size changes and stays when it does not', () => {
    const { editor, edit } = opened();
    editor.act({ do: 'zoom', factor: 3 });
    const near = editor.read().view;
    edit('warmer');
    expect(editor.read().view).toEqual(near);
    edit('square', 300, 300);
    expect(editor.read().view).toEqual({ scale: 2, x: 100, y: 0 });
  });

  it('follows the window until somebody zooms', () => {
    const { editor } = opened();
    const measure = (width: number, height: number): void => editor.act({ do: 'measure screen', screen: { width, height }, insets: { top: 0, right: 0, bottom: 0, left: 0 } });
    measure(400, 300);
    expect(editor.read().view.scale).toBe(1);
    editor.act({ do: 'zoom', factor: 2, at: { x: 0, y: 0 } });
    measure(100, 100);
    expect(editor.read().view.scale).toBe(2);
  });

  it('keeps what lies under the pointer there while zooming', () => {
    const { editor } = opened();
    const at = { x: 120, y: 80 };
    const under = () => ({ x: (at.x - editor.read().view.x) / editor.read().view.scale, y: (at.y - editor.read().view.y) / editor.read().view.scale });
    const before = under();
    editor.act({ do: 'zoom', factor: 1.7, at });
    expect(under().x).toBeCloseTo(before.x);
    expect(under().y).toBeCloseTo(before.y);
  });

  it('never loses the picture out of sight', () => {
    const { editor } = opened();
    editor.act({ do: 'pan', by: { x: 1e6, y: -1e6 } });
    const { view, screen } = editor.read();
    expect(view.x).toBeLessThan(screen.width);
    expect(view.y + 300 * view.scale).toBeGreaterThan(0);
  });
});

describe('mask and comparison', () => {
  it('forget a mask that belongs to another picture of the chain', () => {
    const { editor, edit } = opened();
    editor.act({ do: 'begin stroke', point: { x: 5, y: 5 } });
    edit('warmer');
    expect(editor.read().strokes).toEqual([]);
  });

  it('compares a result of the same size at once, and never the original with itself', () => {
    const { editor, edit } = opened();
    editor.act({ do: 'compare', position: 0.4 });
    expect(editor.read().compare).toBeUndefined();
    edit('warmer');
    expect(editor.read().compare).toBe(0.5);
    editor.act({ do: 'compare', position: 1.4 });
    expect(editor.read().compare).toBe(1);
    edit('square', 300, 300);
    expect(editor.read().compare).toBeUndefined();
  });

  it('do nothing before a picture is open', () => {
    const editor = new Editor(() => undefined);
    const before = editor.read();
    for (const action of [{ do: 'undo' }, { do: 'fit' }, { do: 'begin stroke', point: { x: 1, y: 1 } }, { do: 'compare', position: 1 }] as const) editor.act(action);
    expect(editor.read()).toBe(before);
  });
});
