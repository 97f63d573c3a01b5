import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { canonicalJson, type Canonical } from './canonical-json.js';

describe('canonicalJson', () => {
  it('spells a value the same way whatever the order of its members', () => {
    expect(canonicalJson({ b: [1, 'é', null], a: { d: true, c: undefined } })).toBe('{"a":{"d":true},"b":[1,"é",null]}');
  });

  it('says what JSON says, and is its own spelling when read and written again', () => {
    const values = fc.letrec<{ value: Canonical }>((tie) => ({
      value: fc.oneof(fc.string({ unit: 'binary' }), fc.maxSafeInteger(), fc.boolean(), fc.constant(null), fc.array(tie('value')), fc.dictionary(fc.string(), tie('value'), { noNullPrototype: true })),
    })).value;
    fc.assert(
      fc.property(values, (value) => {
        const text = canonicalJson(value);
        const read = JSON.parse(text) as Canonical;
        expect(read).toEqual(JSON.parse(JSON.stringify(value)));
        expect(canonicalJson(read)).toBe(text);
      }),
    );
  });

  it('refuses numbers that readers spell differently', () => {
    expect(() => canonicalJson({ a: 0.1 })).toThrow(RangeError);
    expect(() => canonicalJson(2 ** 53)).toThrow(RangeError);
  });
});
