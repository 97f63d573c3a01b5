import { describe as group, expect, it } from '@jest/globals';
import { describe, plan, understand } from './index.js';

group('understand', () => {
  it('turns a chain of plain words into a plan, with a chip for each step that points at its words', () => {
    const said = 'Please crop it to a square, rotate 90 degrees left and make it black and white';
    const understood = understand(said);
    if (understood.kind !== 'plan') throw new Error(understood.kind);
    expect(plan.parse(understood.plan)).toEqual(understood.plan);
    expect(understood.chips.map(({ label, span }) => [label, said.slice(span.start, span.end)])).toEqual([
      ['Crop to square', 'crop it to a square'],
      ['Rotate 90° counterclockwise', 'rotate 90 degrees left'],
      ['Black and white', 'make it black and white'],
    ]);
    expect(understood.plan.operations.map((operation) => describe(operation))).toEqual(understood.chips.map(({ label }) => label));
  });

  it('refuses the whole instruction for one word it does not know, and says which', () => {
    const said = 'make it brighter and remove the car';
    const answer = understand(said);
    if (answer.kind !== 'notUnderstood') throw new Error(answer.kind);
    expect(answer.spans.map(({ start, end }) => said.slice(start, end))).toEqual(['car']);
    expect(answer.suggestions.length).toBeGreaterThan(0);
    for (const suggestion of answer.suggestions) expect(understand(suggestion).kind).toBe('plan');
  });

  it('never executes what forbids or excepts something', () => {
    const said = 'make it brighter but not the sky';
    const answer = understand(said);
    if (answer.kind !== 'excluded') throw new Error(answer.kind);
    expect(answer.spans.map(({ start, end }) => said.slice(start, end))).toEqual(['not the sky']);
  });
});
