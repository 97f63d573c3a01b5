import * as fc from 'fast-check';
import type { Arbitrary } from 'fast-check';

/** Values that programs trip over, whatever was asked for. */
export const awkward: Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(null, true, 0, -1, 1e308, -0, 2 ** 53, '', ' ', [], {}, '\u0000', '\ud800', '\u202e', '../../../../etc/passwd', "' OR 1=1; --", '${jndi:ldap://127.0.0.1/a}', '<script>alert(1)</script>', '%s%n%x', 'NaN', '1e999'),
  fc.integer({ min: 200, max: 30_000 }).map((length) => 'awkward-long-'.repeat(Math.ceil(length / 13))),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 200 }),
  fc.integer({ min: 2, max: 800 }).map(nested),
  fc.jsonValue({ maxDepth: 3 }),
);

function nested(depth: number): unknown {
  let value: unknown = 'innermost-value';
  for (let at = 0; at < depth; at++) value = at % 2 === 0 ? [value] : { it: value };
  return value;
}

const names = fc.constantFrom('__proto__', 'constructor', 'prototype', 'toString', 'id', 'role', 'permissions', 'unknown-member-name', '', 'a.b.c', '$where');

/** A value that was valid, with one thing in it wrong. */
export function spoiled(valid: unknown): Arbitrary<unknown> {
  if (typeof valid !== 'object' || valid === null) return awkward;
  const members = Object.entries(valid);
  const replaced = (index: number, by: unknown) => rebuilt(valid, members.map(([name, value], at) => [name, at === index ? by : value]));
  const onMember = members.length === 0 ? [] : [
    fc.tuple(fc.nat(members.length - 1), awkward).map(([index, by]) => replaced(index, by)),
    fc.nat(members.length - 1).map((index) => rebuilt(valid, members.filter((_, at) => at !== index))),
    fc.nat(members.length - 1).chain((index) => spoiled(members[index]![1]).map((by) => replaced(index, by))),
  ];
  return fc.oneof(awkward, fc.tuple(names, awkward).map(([name, value]) => rebuilt(valid, [...members, [name, value]])), ...onMember);
}

function rebuilt(like: object, members: readonly (readonly [string, unknown])[]): unknown {
  if (Array.isArray(like)) return members.map(([, value]) => value);
  const built: Record<string, unknown> = {};
  for (const [name, value] of members) Object.defineProperty(built, name, { value, enumerable: true, configurable: true, writable: true });
  return built;
}

/** Bytes that were a whole body, damaged on the way. */
export function damagedBody(whole: Buffer): Arbitrary<Buffer> {
  const at = fc.nat(Math.max(0, whole.length - 1));
  return fc.oneof(
    at.map((end) => whole.subarray(0, end)),
    fc.tuple(at, fc.nat(255)).map(([index, byte]) => Buffer.concat([whole.subarray(0, index), Buffer.of(byte), whole.subarray(index + 1)])),
    fc.uint8Array({ minLength: 1, maxLength: 64 }).map((noise) => Buffer.concat([whole, noise])),
    fc.constantFrom(Buffer.concat([Buffer.of(0xef, 0xbb, 0xbf), whole]), Buffer.from(whole.toString('latin1'), 'utf16le'), Buffer.alloc(0), Buffer.concat([whole, whole])),
    fc.constant(Buffer.alloc(300_000, 'too much of it ')),
  );
}
