import { describe, expect, it } from 'vitest';
import { emptyEditor } from './canvas/editor-state.js';
import { effectOf, shortcuts, type KeyPress } from './shortcuts.js';

const press = (key: string, held: Partial<KeyPress> = {}): KeyPress => ({ key, ctrlKey: false, metaKey: false, shiftKey: false, altKey: false, ...held });
const written: Readonly<Record<string, string>> = { Esc: 'Escape', '−': '-', '←': 'ArrowLeft', '→': 'ArrowRight', '↑': 'ArrowUp', '↓': 'ArrowDown' };

describe('shortcuts', () => {
  it('does something for every key that people are told of', () => {
    const elsewhere = ['Enter', 'V'];
    const dead = shortcuts.flatMap(({ keys }) => {
      const held = { ctrlKey: keys.includes('Ctrl'), shiftKey: keys.includes('Shift') };
      return keys.filter((key) => key !== 'Ctrl' && key !== 'Shift' && !elsewhere.includes(key)).filter((key) => effectOf(press(written[key] ?? key, held), emptyEditor) === undefined);
    });
    expect(dead).toEqual([]);
  });

  it('leaves the browser its own keys', () => {
    for (const key of ['v', 'c', 'a', 'r', '0', '1', '+']) expect(effectOf(press(key, { ctrlKey: true }), emptyEditor)).toBeUndefined();
    expect(effectOf(press('b', { altKey: true }), emptyEditor)).toBeUndefined();
    expect(effectOf(press('Tab'), emptyEditor)).toBeUndefined();
  });

  it('takes the key of a Mac for undo and redo too', () => {
    expect([effectOf(press('z', { metaKey: true }), emptyEditor), effectOf(press('Z', { metaKey: true, shiftKey: true }), emptyEditor)]).toEqual([{ do: 'undo' }, { do: 'redo' }]);
  });
});
