import { describe, expect, it } from 'vitest';
import type { Action, ToolName } from './actions.js';
import { down, free, move, up, type Grip } from './tools.js';

/** A hand on the canvas: fingers come down, move and leave, and what the tool did is collected. Two screen pixels are one of the picture. */
function handWith(tool: ToolName) {
  const bench = { tool, view: { scale: 2, x: 100, y: 50 } };
  const actions: Action[] = [];
  let grip: Grip = free;
  const take = (step: { grip: Grip; actions: readonly Action[] }): void => {
    grip = step.grip;
    actions.push(...step.actions);
  };
  const hand = {
    actions,
    down: (id: number, x: number, y: number) => (take(down(grip, { id, at: { x, y } }, bench)), hand),
    move: (id: number, x: number, y: number) => (take(move(grip, { id, at: { x, y } }, bench)), hand),
    up: (id: number) => (take(up(grip, id)), hand),
    free: () => grip.kind === 'free',
  };
  return hand;
}

describe('hand', () => {
  it('moves the picture as far as the pointer moved', () => {
    const hand = handWith('hand').down(1, 10, 10).move(1, 15, 12).move(1, 30, 2).up(1).move(1, 99, 99);
    expect(hand.actions).toEqual([{ do: 'pan', by: { x: 5, y: 2 } }, { do: 'pan', by: { x: 15, y: -10 } }]);
    expect(hand.free()).toBe(true);
  });
});

describe('brush', () => {
  it('paints in picture pixels from where it came down', () => {
    const hand = handWith('brush').down(1, 100, 50).move(1, 120, 70).up(1);
    expect(hand.actions).toEqual([{ do: 'begin stroke', point: { x: 0, y: 0 } }, { do: 'extend stroke', point: { x: 10, y: 10 } }]);
  });

  it('does not paint while it only hovers', () => {
    expect(handWith('brush').move(1, 120, 70).actions).toEqual([]);
  });

  it('drops the stroke when a second finger turns it into a pinch, and paints no more until all have left', () => {
    const hand = handWith('brush').down(1, 100, 50).down(2, 200, 50).up(2).move(1, 110, 50);
    expect(hand.actions).toEqual([{ do: 'begin stroke', point: { x: 0, y: 0 } }, { do: 'drop stroke' }, { do: 'pan', by: { x: 10, y: 0 } }]);
    expect(hand.up(1).free()).toBe(true);
  });
});

describe('two fingers', () => {
  it('zoom by the ratio of their distance around the point between them', () => {
    const hand = handWith('hand').down(1, 0, 0).down(2, 100, 0).move(2, 200, 0);
    expect(hand.actions).toEqual([{ do: 'zoom', factor: 2, at: { x: 50, y: 0 } }, { do: 'pan', by: { x: 50, y: 0 } }]);
  });

  it('ignore a third', () => {
    const hand = handWith('hand').down(1, 0, 0).down(2, 100, 0).down(3, 50, 50).move(3, 70, 70).up(3);
    expect(hand.actions).toEqual([]);
    expect(hand.up(1).up(2).free()).toBe(true);
  });

  it('never divide by nothing when they meet', () => {
    const hand = handWith('hand').down(1, 40, 40).down(2, 40, 40).move(2, 45, 40);
    expect(hand.actions).toContainEqual({ do: 'zoom', factor: 5, at: { x: 40, y: 40 } });
  });
});
