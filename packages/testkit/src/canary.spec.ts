import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { byteNeedles, Canary, textNeedles } from './canary.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'canary-spec-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const secret = randomBytes(50_000);
const words = 'turn the ünusual reds "blue", please';

describe('the canary', () => {
  it('finds any 31 bytes in a row of a large needle, wherever they stand, also across the border of two chunks', async () => {
    const canary = new Canary([{ form: 'picture', bytes: secret }]);
    for (let shift = 0; shift < 16; shift++) {
      const before = Buffer.alloc(65_536 - 20 + shift, 'x');
      writeFileSync(join(folder, `at-${shift}`), Buffer.concat([before, secret.subarray(9_000 + shift, 9_031 + shift), randomBytes(40)]));
    }
    const hits = await canary.search([{ folder }]);
    expect(new Set(hits.map(({ file }) => file))).toEqual(new Set(Array.from({ length: 16 }, (_, shift) => join(folder, `at-${shift}`))));
  });

  it('finds a text as UTF-8, UTF-16, JSON, hex and base64 at any shift, and says which', async () => {
    const canary = new Canary(textNeedles('words', words));
    const base64 = ['', 'a', 'ab'].map((before) => Buffer.from(`${before}${words}`).toString('base64'));
    const written = [words, Buffer.from(words, 'utf16le'), Buffer.from(words, 'utf16le').swap16(), JSON.stringify({ it: words }), Buffer.from(words).toString('hex'), ...base64];
    for (const [index, text] of written.entries()) {
      const file = join(folder, `${index}`);
      writeFileSync(file, text);
      expect([index, (await canary.searchFile(file)).length > 0]).toEqual([index, true]);
    }
  });

  it('finds every control that it plants', async () => {
    expect(await new Canary([...textNeedles('words', words), ...byteNeedles('picture', secret)]).missedControls(folder)).toEqual([]);
  });

  it('says that a control is missed when it has no window to know it by', async () => {
    expect(await new Canary([{ form: 'flat', bytes: Buffer.alloc(1_000) }]).missedControls(folder)).toEqual(['flat']);
  });

  it('finds nothing where nothing is, leaves out what is older or excepted, and looks into every folder', async () => {
    const canary = new Canary(byteNeedles('picture', secret));
    writeFileSync(join(folder, 'noise'), randomBytes(2_000_000));
    expect(await canary.search([{ folder }])).toEqual([]);
    const inner = join(folder, 'inner');
    mkdirSync(inner);
    writeFileSync(join(inner, 'kept'), secret.subarray(1_000, 1_200));
    expect(await canary.search([{ folder }])).toEqual([{ form: 'picture', file: join(inner, 'kept') }]);
    expect(await canary.search([{ folder, sinceMs: Date.now() + 60_000 }])).toEqual([]);
    expect(await canary.search([{ folder, except: [inner] }])).toEqual([]);
  });
});
