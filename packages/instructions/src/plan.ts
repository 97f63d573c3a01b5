import { z } from 'zod';

/**
 * The plan: a list of typed operations with numbers and regions. It is what an instruction becomes, what `POST /v1/edits`
 * takes as `plan`, and the only thing the exact engine obeys. Units are in the names or in the notes; fractions are of the
 * picture as it stands when the operation runs.
 */

/** An opaque sRGB colour, `#rrggbb`. */
export const colour = z.string().regex(/^#[0-9a-f]{6}$/).meta({ id: 'Colour' });
export type Colour = z.infer<typeof colour>;

/** Colours as people group them, for "turn the reds blue". */
export const colourFamilies = ['red', 'orange', 'yellow', 'green', 'cyan', 'blue', 'purple', 'pink', 'brown', 'black', 'grey', 'white'] as const;
export const colourFamily = z.enum(colourFamilies);
export type ColourFamily = z.infer<typeof colourFamily>;

/** A length: pixels, or a fraction of the side it is measured along. */
export const length = z.discriminatedUnion('unit', [
  z.strictObject({ unit: z.literal('px'), value: z.int().min(1).max(100_000) }),
  z.strictObject({ unit: z.literal('fraction'), value: z.number().gt(0).max(10) }),
]);
export type Length = z.infer<typeof length>;

const fraction = z.number().min(0).max(1);

/** A rectangle in fractions of width and height, origin top left. */
export const box = z
  .strictObject({ x: fraction, y: fraction, width: z.number().gt(0).max(1), height: z.number().gt(0).max(1) })
  .refine((b) => b.x + b.width <= 1 + 1e-9 && b.y + b.height <= 1 + 1e-9, { error: 'box leaves the picture' })
  .meta({ id: 'Box' });
export type Box = z.infer<typeof box>;

/** Where an operation applies: a rectangle, or what the caller's mask marks white. Absent: the whole picture. */
export const region = z
  .discriminatedUnion('kind', [z.strictObject({ kind: z.literal('box'), box }), z.strictObject({ kind: z.literal('mask') })])
  .meta({ id: 'Region' });
export type Region = z.infer<typeof region>;

export const sides = ['top', 'right', 'bottom', 'left'] as const;
export const side = z.enum(sides);
export type Side = z.infer<typeof side>;

/** Which part is kept when something is cut off, or where the picture sits on a larger canvas. */
export const anchors = ['top-left', 'top', 'top-right', 'left', 'centre', 'right', 'bottom-left', 'bottom', 'bottom-right'] as const;
export const anchor = z.enum(anchors).default('centre');
export type Anchor = z.infer<typeof anchor>;

const pixels = z.int().min(1).max(100_000);
/** -1 is the strongest in one direction, 1 in the other, 0 changes nothing. */
const amount = z.number().min(-1).max(1);
/** 0 changes nothing, 1 is the full effect. */
const strength = z.number().min(0).max(1);
const aspect = z.strictObject({ width: z.number().gt(0).max(1_000), height: z.number().gt(0).max(1_000) });

const operation = <const N extends string, S extends z.ZodRawShape>(name: N, shape: S) => z.strictObject({ op: z.literal(name), ...shape });
const regional = <const N extends string, S extends z.ZodRawShape>(name: N, shape: S) => operation(name, { ...shape, region: region.optional() });

export const geometryOperations = [
  operation('crop', {
    to: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('aspect'), aspect, anchor }),
      z.strictObject({ kind: z.literal('size'), width: length, height: length, anchor }),
      z.strictObject({ kind: z.literal('box'), box }),
      /** Cuts that much off one side. */
      z.strictObject({ kind: z.literal('trim'), side, by: length }),
    ]),
  }),
  /** Clockwise. Multiples of 90 are lossless; others enlarge the canvas and fill its corners. */
  operation('rotate', { degrees: z.number().min(-360).max(360), fill: colour.optional() }),
  /** A small clockwise turn, then the largest rectangle of the same aspect without empty corners. */
  operation('straighten', { degrees: z.number().min(-45).max(45) }),
  /** `horizontal` mirrors left and right. */
  operation('flip', { axis: z.enum(['horizontal', 'vertical']) }),
  operation('resize', {
    to: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('width'), width: pixels }),
      z.strictObject({ kind: z.literal('height'), height: pixels }),
      z.strictObject({ kind: z.literal('longEdge'), longEdge: pixels }),
      z.strictObject({ kind: z.literal('shortEdge'), shortEdge: pixels }),
      /** `inside` keeps the aspect and fits into the box; `fill` stretches; `cover` keeps the aspect and crops. */
      z.strictObject({ kind: z.literal('size'), width: pixels, height: pixels, fit: z.enum(['inside', 'fill', 'cover']) }),
      z.strictObject({ kind: z.literal('scale'), factor: z.number().min(0.001).max(100) }),
    ]),
  }),
  /** Enlarges the canvas; never cuts. Without a fill: transparent where the format has alpha, else white. */
  operation('pad', {
    to: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('aspect'), aspect, anchor }),
      z.strictObject({ kind: z.literal('size'), width: pixels, height: pixels, anchor }),
      z.strictObject({ kind: z.literal('sides'), sides: z.array(side).min(1).max(4), by: length }),
    ]),
    fill: colour.optional(),
  }),
] as const;

export const lightAndColourOperations = [
  regional('brightness', { amount }),
  regional('exposure', { stops: z.number().min(-5).max(5) }),
  regional('contrast', { amount }),
  regional('gamma', { gamma: z.number().min(0.1).max(10) }),
  regional('shadows', { amount }),
  regional('highlights', { amount }),
  regional('saturation', { amount }),
  regional('vibrance', { amount }),
  /** Positive is warmer. */
  regional('temperature', { amount }),
  /** Positive is towards magenta, negative towards green. */
  regional('tint', { amount }),
  regional('hue', { degrees: z.number().min(-360).max(360) }),
  regional('blackAndWhite', { strength: strength.default(1) }),
  regional('sepia', { strength: strength.default(1) }),
  regional('duotone', { shadows: colour, highlights: colour }),
  regional('invert', {}),
  /** Without a level: Otsu's. */
  regional('threshold', { level: fraction.optional() }),
  regional('autoLevels', {}),
  regional('autoWhiteBalance', {}),
  /** CLAHE on lightness. */
  regional('localContrast', { strength: strength.default(0.5) }),
  regional('recolour', { from: colourFamily, to: colour }),
  /** Matches mean and spread of colour to the reference picture with that index. */
  regional('colourMatch', { reference: z.int().min(0).max(3).default(0), strength: strength.default(1) }),
] as const;

export const planOperation = z.discriminatedUnion('op', [...geometryOperations, ...lightAndColourOperations]).meta({ id: 'PlanOperation' });
export type PlanOperation = z.infer<typeof planOperation>;
export type OperationName = PlanOperation['op'];
export type OperationOf<N extends OperationName> = Extract<PlanOperation, { op: N }>;

export const operationsMax = 32;
export const plan = z.strictObject({ version: z.literal(1), operations: z.array(planOperation).min(1).max(operationsMax) }).meta({ id: 'Plan' });
export type Plan = z.infer<typeof plan>;
