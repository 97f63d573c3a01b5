import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const preparation = `
  const { appendFileSync } = await import('node:fs');
  const { takeTurn } = await import(${JSON.stringify(join(import.meta.dirname, '../../prepare/turn.mjs'))});
  const [clone, record] = process.argv.slice(1);
  const endTurn = takeTurn(clone);
  appendFileSync(record, 'begins ');
  console.log('has the turn');
  setTimeout(() => {
    appendFileSync(record, 'ends ');
    endTurn();
  }, 300);
`;

let clone: string;
beforeAll(() => {
  clone = mkdtempSync(join(tmpdir(), 'clone-'));
});
afterAll(() => rmSync(clone, { recursive: true, force: true }));

describe('takeTurn', () => {
  it('lets one after the other install and build in a clone, and tells who waits', async () => {
    const record = join(clone, 'record');
    const prepare = () => spawn(process.execPath, ['--input-type=module', '--eval', preparation, clone, record], { stdio: ['ignore', 'pipe', 'inherit'], env: { PATH: process.env['PATH'] } });
    const first = prepare();
    await once(first.stdout, 'data');
    const second = prepare();
    expect(await text(second.stdout)).toContain('Waiting for another preparation of this clone');
    expect(readFileSync(record, 'utf8')).toBe('begins ends begins ends ');
  });
});
