import { describe, expect, it } from '@jest/globals';
import { assert, integer, property, uint8Array } from 'fast-check';
import { codeOf, colourSpaceOf, hasKnownColours, srgbLight } from './colour-space.js';
import { displayP3, profileOf, srgbCurve } from './profile.spec-parts.js';
import { readProfile } from './profile.js';

const srgb = [[0.436_07, 0.222_49, 0.013_92], [0.385_15, 0.716_87, 0.097_08], [0.143_07, 0.060_61, 0.714_1]] as const;
const inCodes = (icc: Buffer, [r, g, b]: readonly [number, number, number]): number[] => {
  const { codes, fromSrgb } = colourSpaceOf({ icc, depth: 8 });
  const light = [r, g, b].map((level) => srgbLight(level / 255));
  return [0, 1, 2].map((row) => codeOf(codes[row]!, fromSrgb!.slice(row * 3, row * 3 + 3).reduce((sum, factor, at) => sum + factor * light[at]!, 0)));
};
const gamma = (value: number): Buffer => {
  const curve = Buffer.alloc(14);
  curve.write('curv', 'latin1');
  curve.writeUInt32BE(1, 8);
  curve.writeUInt16BE(Math.round(value * 256), 12);
  return curve;
};

describe('readProfile', () => {
  it('knows where sRGB colours lie in Display P3', () => {
    // CSS Color 4's values for sRGB red, green and blue in display-p3.
    expect(inCodes(displayP3(), [255, 0, 0])).toEqual([234, 51, 35]);
    expect(inCodes(displayP3(), [0, 255, 0])).toEqual([117, 251, 76]);
    expect(inCodes(displayP3(), [200, 200, 200])).toEqual([200, 200, 200]);
  });

  it('reads exponents and tables, and keeps sRGB as it is', () => {
    const table = Buffer.alloc(12 + 1024 * 2);
    table.write('curv', 'latin1');
    table.writeUInt32BE(1024, 8);
    for (let entry = 0; entry < 1024; entry += 1) table.writeUInt16BE(Math.round(srgbLight(entry / 1023) * 65_535), 12 + entry * 2);
    for (const curve of [table, srgbCurve()]) expect(inCodes(profileOf(srgb, curve), [12, 130, 250])).toEqual([12, 130, 250]);
    // Adobe RGB (1998): sRGB green lies inside.
    const adobe = profileOf([[0.609_74, 0.311_11, 0.019_47], [0.205_28, 0.625_67, 0.060_87], [0.149_19, 0.063_22, 0.744_57]], gamma(2.199_22));
    expect(inCodes(adobe, [0, 255, 0])).toEqual([144, 255, 60]);
  });

  it('refuses what it cannot compute backwards', () => {
    expect(readProfile(profileOf(srgb, gamma(2.2), 'RGB Lab '))).toBeUndefined();
    expect(readProfile(profileOf([srgb[0], srgb[0], srgb[2]], gamma(2.2)))).toBeUndefined();
    const tables = displayP3();
    tables.write('A2B0', 132, 'latin1');
    expect(hasKnownColours({ icc: tables })).toBe(false);
    expect(() => colourSpaceOf({ icc: tables, depth: 8 })).toThrow(expect.objectContaining({ code: 'lock.profile_unsupported' }));
    expect(hasKnownColours({})).toBe(true);
  });

  it('does not throw on hostile bytes', () => {
    assert(property(uint8Array({ maxLength: 400 }), (bytes) => void readProfile(Buffer.from(bytes))));
    assert(
      property(integer({ min: 0, max: 300 }), integer({ min: 0, max: 255 }), integer({ min: 0, max: 330 }), (at, value, length) => {
        const icc = displayP3();
        icc[at % icc.length] = value;
        readProfile(icc);
        readProfile(icc.subarray(0, length));
      }),
      { numRuns: 500 },
    );
  });
});

describe('codeOf', () => {
  it('is the way back for every code, in 8 and 16 bits', () => {
    for (const depth of [8, 16] as const) {
      const [codes] = colourSpaceOf({ depth }).codes;
      for (let code = 0; code < codes.light.length; code += depth === 16 ? 97 : 1) expect(codeOf(codes, codes.light[code]!)).toBe(code);
      expect([codeOf(codes, -1), codeOf(codes, 2)]).toEqual([0, codes.light.length - 1]);
    }
  });
});
