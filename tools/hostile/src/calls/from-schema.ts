import * as fc from 'fast-check';
import type { Arbitrary } from 'fast-check';

/** The part of JSON Schema that our contracts are written in. */
export interface Schema {
  readonly [member: string]: unknown;
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly pattern?: string;
  readonly format?: string;
  readonly $ref?: string;
}

const numberOr = (value: unknown, otherwise: number): number => (typeof value === 'number' && Math.abs(value) < 2 ** 52 ? value : otherwise);

/** Values that a schema allows, with its components to resolve references in. */
export function valuesOf(schema: Schema, components: Readonly<Record<string, Schema>>): Arbitrary<unknown> {
  const of = (inner: Schema) => valuesOf(inner, components);
  if (schema.$ref !== undefined) return of(components[schema.$ref.split('/').at(-1)!] ?? {});
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return fc.oneof(...choices.map(of));
  if (schema.allOf !== undefined) return of(schema.allOf[0] ?? {});
  switch (schema.type) {
    case 'object':
      return fc.record(Object.fromEntries(Object.entries(schema.properties ?? {}).map(([name, inner]) => [name, of(inner)])), { requiredKeys: [...(schema.required ?? [])] });
    case 'array':
      return fc.array(of(schema.items ?? {}), { minLength: numberOr(schema['minItems'], 0), maxLength: Math.min(8, numberOr(schema['maxItems'], 8)) });
    case 'string':
      return textsOf(schema);
    case 'integer':
      return fc.integer({ min: Math.max(numberOr(schema['minimum'], -1_000), -(2 ** 31)), max: Math.min(numberOr(schema['maximum'], 1_000), 2 ** 31 - 1) });
    case 'number':
      return fc.double({ min: numberOr(schema['minimum'], -1_000), max: numberOr(schema['maximum'], 1_000), noNaN: true });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

function textsOf(schema: Schema): Arbitrary<string> {
  if (schema.format === 'email') return fc.stringMatching(/^[a-z]{4,12}[0-9]{3}@[a-z]{3,8}\.(com|org)$/);
  if (schema.format === 'date-time') return fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('2100-01-01') }).map((date) => date.toISOString());
  const lengths = { minLength: numberOr(schema['minLength'], 0), maxLength: Math.min(numberOr(schema['maxLength'], 60), 60) };
  // Anything but a plain class of ASCII is more than the generator reads; then letters do.
  if (schema.pattern !== undefined && /^[\x20-\x7e]+$/.test(schema.pattern) && !schema.pattern.includes('\\')) return fc.stringMatching(new RegExp(schema.pattern));
  return fc.oneof({ weight: 4, arbitrary: fc.stringMatching(/^[A-Za-z][A-Za-z0-9 .-]{5,40}[a-z]$/) }, { weight: 1, arbitrary: fc.string({ ...lengths, unit: 'grapheme' }) });
}
