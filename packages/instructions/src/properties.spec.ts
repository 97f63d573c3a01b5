import { describe as group, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { colourFamilies, describe, plan, understand, type PlanOperation } from './index.js';

const understood = [
  'make it brighter', 'crop to 16:9', 'rotate 90 degrees left', 'flip horizontally', 'resize to 1200 px wide', 'straighten by 2 degrees', 'increase the contrast and saturation by 20 %', 'lift the shadows', 'lower the highlights',
  'make it warmer', 'auto white balance', 'make it black and white', 'turn the reds blue', 'add a white border of 40 px', 'crop to the left half', 'cut off the bottom 10 %', 'darken the top half', 'duotone navy and peach',
  'add clarity', 'trim 5 px from the top and left', 'make the top half slightly darker and warmer', 'resize to 1200 wide and 800 high', 'keep the top third', 'exposure +0.5 EV', 'please make the picture twice as bright',
];
const instruction = fc.constantFrom(...understood);
const unknown = fc.oneof(
  fc.constantFrom('dog', 'cloud', 'car', 'sharpen', 'blur', 'zebra', 'painting', 'phantom', 'Ω', 'собака', '狗', '"sale"', '😀', '²', '@', '$5', '~', '=', '<b>', '\\', '|', '\u202E', '\u{E0041}'),
  fc.string({ minLength: 4, maxLength: 9, unit: fc.constantFrom(...'bcdfghjklmnpqrstvwxz'.split('')) }),
);

const operationsOf = (said: string): readonly PlanOperation[] => {
  const answer = understand(said);
  return answer.kind === 'plan' ? answer.plan.operations : [];
};

group('whatever is said', () => {
  it('a word nobody knows, put anywhere, stops the whole instruction', () => {
    fc.assert(
      fc.property(instruction, unknown, fc.nat(), (said, word, place) => {
        const words = said.split(' ');
        words.splice(place % (words.length + 1), 0, word);
        expect(understand(words.join(' ')).kind).not.toBe('plan');
      }),
      { numRuns: 1_000 },
    );
  });

  it('", then " joins two instructions into both their plans, in order', () => {
    fc.assert(
      fc.property(instruction, instruction, (first, second) => {
        expect(operationsOf(`${first}, then ${second}`)).toEqual([...operationsOf(first), ...operationsOf(second)]);
      }),
      { numRuns: 625 },
    );
  });

  it('never throws; plans are valid, spans lie inside, suggestions are understood', () => {
    const vocabulary = fc.constantFrom(...understood.flatMap((said) => said.split(' ')), 'and', ',', 'then', 'by', 'to', '-', '%', '20', 'half', 'not', '1/2', '(', '"', "'", '\n', '½', 'x', ':');
    const anything = fc.oneof(fc.string({ unit: 'binary', maxLength: 60 }), fc.string({ unit: 'grapheme', maxLength: 60 }), fc.array(vocabulary, { maxLength: 14 }).map((words) => words.join(' ')));
    fc.assert(
      fc.property(anything, fc.boolean(), fc.nat({ max: 4 }), (said, mask, references) => {
        const answer = understand(said, { mask, references });
        const spans = answer.kind === 'plan' ? answer.chips.map(({ span }) => span) : answer.spans;
        for (const { start, end } of spans) expect([start >= 0, start < end, end <= said.length]).toEqual([true, true, true]);
        if (answer.kind === 'plan') expect(plan.parse(answer.plan)).toEqual(answer.plan);
        if (answer.kind === 'notUnderstood') for (const suggestion of answer.suggestions) expect(understand(suggestion, { mask, references }).kind).toBe('plan');
      }),
      { numRuns: 2_000 },
    );
  });
});

const amount = fc.integer({ min: 1, max: 100 }).chain((value) => fc.constantFrom(value / 100, -value / 100));
const strength = fc.integer({ min: 1, max: 100 }).map((value) => value / 100);
const hex = fc.integer({ min: 0, max: 0xffffff }).map((value) => `#${value.toString(16).padStart(6, '0')}`);
const px = fc.integer({ min: 51, max: 20_000 });
const degrees = fc.integer({ min: -359, max: 359 }).filter((value) => Math.abs(value) !== 180 && value !== 0);
const regions = fc.constantFrom(undefined, { kind: 'mask' }, ...['top', 'left', 'bottom right'].map((side) => operationsOf(`darken the ${side}`).flatMap((o) => ('region' in o && o.region !== undefined ? [o.region] : []))[0]));
const length = fc.oneof(px.map((value) => ({ unit: 'px', value })), fc.integer({ min: 1, max: 99 }).map((value) => ({ unit: 'fraction', value: value / 100 })));
const anchor = fc.constantFrom('centre', 'top', 'bottom-left', 'right');
const aspect = fc.record({ width: fc.integer({ min: 1, max: 40 }), height: fc.integer({ min: 1, max: 40 }) }).filter(({ width, height }) => width !== height);
const op = (name: string, shape: Record<string, fc.Arbitrary<unknown>>) => fc.record({ op: fc.constant(name), ...shape });
const regional = (name: string, shape: Record<string, fc.Arbitrary<unknown>> = {}) =>
  fc.tuple(op(name, shape), regions).map(([operation, region]) => (region === undefined ? operation : { ...operation, region }));

const anyOperation = fc.oneof(
  ...['brightness', 'contrast', 'shadows', 'highlights', 'saturation', 'vibrance', 'temperature', 'tint'].map((name) => regional(name, { amount })),
  regional('exposure', { stops: fc.integer({ min: -10, max: 10 }).filter((value) => value !== 0).map((value) => value / 2) }),
  regional('gamma', { gamma: fc.integer({ min: 1, max: 100 }).filter((value) => value !== 10).map((value) => value / 10) }),
  regional('hue', { degrees }),
  regional('blackAndWhite', { strength }),
  regional('sepia', { strength }),
  regional('localContrast', { strength }),
  regional('threshold', { level: strength }),
  ...['invert', 'autoLevels', 'autoWhiteBalance', 'threshold'].map((name) => regional(name)),
  regional('duotone', { shadows: hex, highlights: hex }),
  regional('recolour', { from: fc.constantFrom(...colourFamilies), to: hex }),
  regional('colourMatch', { reference: fc.integer({ min: 0, max: 3 }), strength }),
  op('rotate', { degrees }),
  op('straighten', { degrees: fc.integer({ min: 1, max: 45 }) }),
  op('flip', { axis: fc.constantFrom('horizontal', 'vertical') }),
  op('crop', { to: fc.oneof(fc.record({ kind: fc.constant('aspect'), aspect, anchor }), fc.record({ kind: fc.constant('size'), width: length, height: length, anchor }), fc.record({ kind: fc.constant('trim'), side: fc.constantFrom('top', 'right', 'bottom', 'left'), by: length })) }),
  op('resize', {
    to: fc.oneof(
      ...['width', 'height', 'longEdge', 'shortEdge'].map((kind) => fc.record({ kind: fc.constant(kind), [kind]: px })),
      fc.record({ kind: fc.constant('size'), width: px, height: px, fit: fc.constantFrom('inside', 'fill', 'cover') }),
      fc.record({ kind: fc.constant('scale'), factor: fc.integer({ min: 1, max: 400 }).filter((value) => value !== 100).map((value) => value / 100) }),
    ),
  }),
  op('pad', {
    to: fc.oneof(fc.record({ kind: fc.constant('aspect'), aspect, anchor }), fc.record({ kind: fc.constant('size'), width: px, height: px, anchor }), fc.record({ kind: fc.constant('sides'), sides: fc.constantFrom(['left'], ['top', 'bottom'], ['top', 'right', 'bottom', 'left']), by: length })),
    fill: hex,
  }),
);

group('describe', () => {
  it('labels every operation with words that mean the same operation', () => {
    fc.assert(
      fc.property(anyOperation, (operation) => {
        const [meant] = plan.parse({ version: 1, operations: [operation] }).operations;
        if (meant === undefined) throw new Error('no operation');
        const answer = understand(describe(meant), { mask: 'region' in meant && meant.region?.kind === 'mask', references: 4 });
        expect([describe(meant), answer.kind === 'plan' ? answer.plan.operations : answer]).toEqual([describe(meant), [meant]]);
      }),
      { numRuns: 2_000 },
    );
  });
});

group('speed', () => {
  /** The longest instruction the API takes. */
  const lengthMax = 4_000;
  const said = (unit: string, length: number) => unit.repeat(Math.ceil(length / unit.length)).slice(0, length);
  /** Best of several runs, because other programs want the processor too; enough of them once one is quick. */
  const bestMs = (words: string) => {
    let best = Number.POSITIVE_INFINITY;
    for (let run = 0; run < 40 && best >= 20; run += 1) {
      const start = performance.now();
      understand(words);
      best = Math.min(best, performance.now() - start);
    }
    return best;
  };
  const hostile = ['warmer,', 'brighter and ', 'and ', "'", '"', '“', 'the ', '1,', '-', 'a bit ', 'one hundred and ', 'top left ', 'contrast, ', 'zzzz ', 'rotat ', 'e\u0301\u0301\u0301', '\u200B', '#', 'by ', 'increase contrast and saturation ', 'not ', '\n- ', '1. '];
  it.each(hostile)('reads four times as many of %j in far less than sixteen times as long', (unit) => {
    const whole = bestMs(said(unit, lengthMax));
    if (whole >= 20) expect(whole).toBeLessThan(8 * bestMs(said(unit, lengthMax / 4)));
  });
});
