import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { formatNoteKey, tilePath } from './index.js';
import { entriesOf, MemoryLog, newSigner, sha256, tampering } from './memory-log.spec-parts.js';

const verifier = fileURLToPath(new URL('../../../tools/verify-go', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'flux-verify-go-'));
const program = join(folder, 'verify-go');
const builds = spawnSync('go', ['build', '-o', program, '.'], { cwd: verifier, encoding: 'utf8' }).status === 0;

/** Needs Go, and its module golang.org/x/mod on the machine or in reach; otherwise it is counted as skipped. */
(builds ? describe : describe.skip)('the libraries of Go\'s checksum database (skipped without Go)', () => {
  const signer = newSigner();
  let directory = '';
  beforeAll(() => {
    directory = mkdtempSync(join(folder, 'log-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  function publish(log: MemoryLog): void {
    rmSync(directory, { recursive: true });
    for (const [path, bytes] of [...log.files, ['checkpoint', Buffer.from(log.note)] as const]) {
      const file = join(directory, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, bytes);
    }
  }
  const verify = () => execFileSync(program, [formatNoteKey(sha256, signer.key), directory], { encoding: 'utf8', stdio: 'pipe' });

  it.each([0, 1, 2, 255, 256, 257, 600, 70_000])('agree on a log of %d entries', (size) => {
    publish(new MemoryLog(signer, entriesOf(size)));
    expect(verify()).toBe(`${size} entries are as they were signed\n`);
  });

  it.each(Object.keys(tampering))('find an entry of 10,000 that was %s', (kind) => {
    for (const at of [0, 255, 4_321, 9_998]) {
      const log = new MemoryLog(signer, entriesOf(10_000));
      log.publishEntries(tampering[kind]!(log.entries, at, 77));
      publish(log);
      expect(verify).toThrow(/is not the one that was signed|ends within|goes on after|no such file/);
    }
  });

  it('read a log that was shortened: its entries from the minimum on, and the hashes of those before', () => {
    const shortened = (minimum: string) => {
      const log = new MemoryLog(signer, entriesOf(3_000));
      for (let index = 0; index < 3; index++) log.files.delete(tilePath({ level: 'entries', index, width: 256 }));
      log.files.set('minimum', Buffer.from(`${minimum}\n`));
      return log;
    };
    publish(shortened('768'));
    expect(verify()).toBe('2232 entries are as they were signed\nof the 768 before them only the hashes are left, which are as they were signed\n');
    publish(shortened('512'));
    expect(verify).toThrow('no such file');
    for (const minimum of ['767', '-256', '3072', 'all']) {
      publish(shortened(minimum));
      expect(verify).toThrow('does not begin at the end of a bundle');
    }
    const rewritten = shortened('768');
    const tile = rewritten.files.get(tilePath({ level: 0, index: 1, width: 256 }))!;
    rewritten.files.set(tilePath({ level: 0, index: 1, width: 256 }), tile.with(40, tile[40]! ^ 1));
    publish(rewritten);
    expect(verify).toThrow('inconsistent tile');
    const changed = shortened('768');
    changed.publishEntries(changed.entries.with(800, Buffer.from('{"name":"edit.erased"}')));
    publish(changed);
    expect(verify).toThrow('entry 800 is not the one that was signed');
  });

  it('find a changed entry, and a foreign signature', () => {
    const log = new MemoryLog(signer, entriesOf(600));
    log.publishEntries(log.entries.with(299, Buffer.from('{"name":"edit.erased"}')));
    publish(log);
    expect(verify).toThrow('entry 299 is not the one that was signed');
    publish(new MemoryLog(newSigner(), entriesOf(3)));
    expect(verify).toThrow('note has no verifiable signatures');
  });
});
