import { describe, expect, it } from 'vitest';
import { marksSomething, paintStrokes, type Ink } from './mask.js';

/** A context that notes what it was told, in order. */
function notes() {
  const told: string[] = [];
  const note = (name: string) => (...values: unknown[]) => void told.push([name, ...values].join(' '));
  const ink = {
    fillStyle: '', strokeStyle: '', lineCap: 'butt', lineJoin: 'miter', lineWidth: 1, mode: 'source-over',
    set globalCompositeOperation(mode: string) { told.push(mode); },
    arc: (x: number, y: number, radius: number) => void told.push(`dot ${x} ${y} ${radius}`),
    beginPath: () => undefined, fill: () => undefined, moveTo: note('from'), lineTo: note('to'), stroke: note('stroke'),
  } as unknown as Ink;
  return { ink, told };
}

describe('mask', () => {
  it('paints a touch as a dot, a pull as a line, and erases what lies below', () => {
    const { ink, told } = notes();
    paintStrokes(ink, [{ radius: 3, erase: false, points: [{ x: 5, y: 6 }] }, { radius: 2, erase: true, points: [{ x: 0, y: 0 }, { x: 9, y: 9 }] }], '#fff');
    expect(told).toEqual(['source-over', 'dot 5 6 3', 'destination-out', 'from 0 0', 'to 9 9', 'stroke', 'source-over']);
  });

  it('is none when only the eraser was used', () => {
    const eraser = { radius: 3, erase: true, points: [{ x: 1, y: 1 }] };
    expect([marksSomething([]), marksSomething([eraser]), marksSomething([eraser, { ...eraser, erase: false }])]).toEqual([false, false, true]);
  });
});
