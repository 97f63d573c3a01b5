import { editOptions, instructionLengthMax } from '@flux-context/contracts';
import { plan } from '@flux-context/instructions';
import * as fc from 'fast-check';
import type { Arbitrary } from 'fast-check';
import { z } from 'zod';
import { fileName, instructions } from '../pictures.js';
import { valuesOf, type Schema } from './from-schema.js';
import { damagedBody, spoiled } from './mutations.js';

export interface Part {
  readonly name: string;
  readonly fileName?: string;
  readonly bytes: Buffer;
}

export interface Form {
  readonly parts: readonly Part[];
  readonly boundary: string;
}

const schemaOf = (schema: z.ZodType): Schema => z.toJSONSchema(schema, { io: 'input', reused: 'inline' }) as Schema;
const valuesOfZod = (schema: z.ZodType): Arbitrary<unknown> => {
  const json = schemaOf(schema);
  return valuesOf(json, (json['$defs'] ?? {}) as Record<string, Schema>);
};
const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value) ?? 'undefined', 'utf8');
const text = (value: string): Buffer => Buffer.from(value, 'utf8');

/** Forms of `POST /v1/edits`: mostly whole, with real small pictures. */
export function editForms(pictures: readonly Buffer[]): { valid: Arbitrary<Form>; spoiled: Arbitrary<Form> } {
  const picture = fc.constantFrom(...pictures);
  const image = picture.map((bytes): Part => ({ name: 'image', fileName, bytes }));
  const instruction = fc.constantFrom(...instructions).map((words): Part => ({ name: 'instruction', bytes: text(words) }));
  const planned = valuesOfZod(plan).map((value): Part => ({ name: 'plan', bytes: json(value) }));
  const options = valuesOfZod(editOptions).map((value): Part => ({ name: 'options', bytes: json(value) }));
  const reference = picture.map((bytes): Part => ({ name: 'reference', fileName, bytes }));
  const mask = picture.map((bytes): Part => ({ name: 'mask', fileName, bytes }));
  const sometimes = (part: Arbitrary<Part>, share: number) => fc.tuple(fc.nat(99), part).map(([roll, made]) => (roll < share ? [made] : []));
  const what = fc.oneof({ weight: 5, arbitrary: instruction }, { weight: 2, arbitrary: planned }, { weight: 1, arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 300 }).map((words): Part => ({ name: 'instruction', bytes: text(words) })) });
  const boundary = fc.stringMatching(/^[A-Za-z0-9]{12,30}$/).map((letters) => `boundary${letters}`);
  const parts = fc.tuple(image, what, sometimes(options, 30), sometimes(mask, 10), sometimes(reference, 10)).map(([first, second, ...rest]) => [first, second, ...rest.flat()]);
  const valid = fc.record({ parts, boundary });

  const oddPart: Arbitrary<Part> = fc.oneof(
    fc.record({ name: fc.constantFrom('image', 'mask', 'reference', 'unknown-part-name', '__proto__', ''), fileName: fc.constantFrom(fileName, '../../x', 'a"b\\c', ''), bytes: fc.oneof(picture.chain(damagedBody), fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes))) }),
    fc.record({ name: fc.constantFrom('instruction', 'plan', 'options', 'image', 'unknown-field-name'), bytes: fc.oneof(fc.string({ unit: 'binary', maxLength: 300 }).map(text), fc.constant(Buffer.alloc(instructionLengthMax * 5, 'far-too-long-')), fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes))) }),
    valuesOfZod(plan).chain(spoiled).map((value) => ({ name: 'plan', bytes: json(value) })),
    valuesOfZod(editOptions).chain(spoiled).map((value) => ({ name: 'options', bytes: json(value) })),
  );
  const withOdd = fc.record({
    parts: fc.tuple(parts, fc.array(oddPart, { minLength: 1, maxLength: 3 }), fc.nat(3)).map(([good, odd, dropped]) => [...good.slice(0, Math.max(0, good.length - dropped)), ...odd]),
    boundary,
  });
  const crowded = fc.record({ parts: fc.tuple(parts, fc.integer({ min: 5, max: 60 })).map(([good, count]) => [...good, ...Array.from({ length: count }, () => ({ name: 'reference', fileName, bytes: good[0]!.bytes }))]), boundary });
  return { valid, spoiled: fc.oneof({ weight: 8, arbitrary: withOdd }, { weight: 1, arbitrary: crowded }) };
}

export function bytesOfForm({ parts, boundary }: Form): Buffer {
  const quoted = (value: string) => value.replaceAll('"', '%22');
  const chunks = parts.flatMap(({ name, fileName, bytes }) => [
    Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="${quoted(name)}"${fileName === undefined ? '' : `; filename="${quoted(fileName)}"\r\nContent-Type: application/octet-stream`}\r\n\r\n`),
    bytes,
    Buffer.from('\r\n'),
  ]);
  return Buffer.concat([...chunks, Buffer.from(`--${boundary}--\r\n`)]);
}
