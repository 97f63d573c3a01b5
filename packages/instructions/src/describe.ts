import type { Labels, Lexicon } from './lexicon.js';
import type { OperationOf, PlanOperation } from './plan.js';
import type { Length, Region } from './plan.js';
import { placeLabel } from './place-labels.js';

const round = (value: number, places = 2): number => Math.round(value * 10 ** places) / 10 ** places;
const signed = (value: number): string => (value < 0 ? `-${round(-value)}` : `+${round(value)}`);
const percent = (fraction: number): string => `${round(fraction * 100)} %`;
const lengthLabel = (length: Length): string => (length.unit === 'px' ? `${length.value} px` : percent(length.value));

type Values = Readonly<Record<string, string | number>>;

/** Fills a pattern of the lexicon; an unknown pattern shows its name, which a test forbids. */
const filled = (labels: Labels, pattern: string, values: Values = {}): string => (labels.patterns[pattern] ?? pattern).replaceAll(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ''));

const shapes: ReadonlyMap<number, string> = new Map([[1, 'square']]);

function aspectLabel(labels: Labels, { width, height }: { width: number; height: number }): string {
  const named = shapes.get(width / height);
  return named === undefined ? `${round(width, 4)}:${round(height, 4)}` : (labels.patterns[named] ?? named);
}

const anchored = (labels: Labels, anchor: string): string => (anchor === 'centre' ? '' : filled(labels, 'anchor', { place: labels.places[anchor] ?? anchor }));

function cropLabel(labels: Labels, { to }: OperationOf<'crop'>): string {
  switch (to.kind) {
    case 'aspect':
      return filled(labels, 'cropTo', { to: aspectLabel(labels, to.aspect) }) + anchored(labels, to.anchor);
    case 'size':
      return filled(labels, 'cropTo', { to: `${lengthLabel(to.width)} × ${lengthLabel(to.height)}` }) + anchored(labels, to.anchor);
    case 'box':
      return filled(labels, 'cropTo', { to: placeLabel(to.box, labels) });
    default:
      return filled(labels, 'trim', { by: lengthLabel(to.by), side: labels.places[to.side] ?? to.side });
  }
}

function turnLabel(labels: Labels, pattern: string, degrees: number): string {
  return filled(labels, degrees < 0 ? `${pattern}Left` : `${pattern}Right`, { degrees: round(Math.abs(degrees)) });
}

function resizeLabel(labels: Labels, { to }: OperationOf<'resize'>): string {
  if (to.kind === 'size') return filled(labels, `resize-${to.fit}`, { width: to.width, height: to.height });
  if (to.kind === 'scale') return filled(labels, 'resize-scale', { factor: percent(to.factor) });
  return filled(labels, `resize-${to.kind}`, to);
}

function padLabel(labels: Labels, { to, fill }: OperationOf<'pad'>): string {
  const colour = fill === undefined ? '' : filled(labels, 'fill', { colour: fill });
  if (to.kind === 'aspect') return filled(labels, 'padTo', { to: aspectLabel(labels, to.aspect) }) + anchored(labels, to.anchor) + colour;
  if (to.kind === 'size') return filled(labels, 'padTo', { to: `${to.width} × ${to.height} px` }) + anchored(labels, to.anchor) + colour;
  const on = to.sides.length === 4 ? '' : filled(labels, 'onSides', { sides: to.sides.map((side) => labels.places[side] ?? side).join(labels.patterns['and']) });
  return filled(labels, 'border', { by: lengthLabel(to.by) }) + on + colour;
}

type Regional = Exclude<PlanOperation, { op: 'crop' | 'rotate' | 'straighten' | 'flip' | 'resize' | 'pad' }>;

function colourLabel(labels: Labels, operation: Regional): string {
  switch (operation.op) {
    case 'exposure':
      return filled(labels, 'stops', { name: labels.properties.exposure, stops: signed(operation.stops) });
    case 'gamma':
      return filled(labels, 'value', { name: labels.properties.gamma, value: round(operation.gamma, 3) });
    case 'hue':
      return filled(labels, 'degrees', { name: labels.properties.hue, degrees: signed(operation.degrees) });
    case 'localContrast':
      return filled(labels, 'amount', { name: labels.properties.localContrast, amount: signed(operation.strength * 100) });
    case 'blackAndWhite':
    case 'sepia':
      return operation.strength === 1 ? labels.effects[operation.op] : filled(labels, 'strength', { name: labels.effects[operation.op], strength: percent(operation.strength) });
    case 'threshold':
      return operation.level === undefined ? labels.effects.threshold : filled(labels, 'level', { name: labels.effects.threshold, level: percent(operation.level) });
    case 'duotone':
      return filled(labels, 'duotone', { shadows: operation.shadows, highlights: operation.highlights });
    case 'recolour':
      return filled(labels, 'recolour', { from: operation.from, to: operation.to });
    case 'colourMatch':
      return filled(labels, operation.strength === 1 ? 'match' : 'matchPartly', { reference: operation.reference + 1, strength: percent(operation.strength) });
    case 'invert':
    case 'autoLevels':
    case 'autoWhiteBalance':
      return labels.effects[operation.op];
    default:
      return filled(labels, 'amount', { name: labels.properties[operation.op], amount: signed(operation.amount * 100) });
  }
}

function regionLabel(labels: Labels, region: Region | undefined): string {
  if (region === undefined) return '';
  return region.kind === 'mask' ? filled(labels, 'inMask') : filled(labels, 'inPlace', { place: placeLabel(region.box, labels) });
}

/** A chip's label in the language of the lexicon. */
export function describeIn(operation: PlanOperation, { labels }: Lexicon): string {
  switch (operation.op) {
    case 'crop':
      return cropLabel(labels, operation);
    case 'rotate':
      return (Math.abs(operation.degrees) === 180 ? filled(labels, 'upsideDown') : turnLabel(labels, 'rotate', operation.degrees)) + (operation.fill === undefined ? '' : filled(labels, 'fill', { colour: operation.fill }));
    case 'straighten':
      return turnLabel(labels, 'straighten', operation.degrees);
    case 'flip':
      return filled(labels, `flip-${operation.axis}`);
    case 'resize':
      return resizeLabel(labels, operation);
    case 'pad':
      return padLabel(labels, operation);
    default:
      return colourLabel(labels, operation) + regionLabel(labels, operation.region);
  }
}
