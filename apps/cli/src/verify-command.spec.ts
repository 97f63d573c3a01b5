import { createHash, createPrivateKey, createPublicKey, randomBytes, randomInt, sign } from 'node:crypto';
import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { formatCheckpoint, formatNoteKey, GrowingTree, hashingWith, packEntries, signNote, type TileAt, tilePath } from '@flux-context/tree';
import { runProgram } from './program.js';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();
const hashing = hashingWith(sha256);
const signer = (name = 'appliance.example/audit') => {
  const privateKey = createPrivateKey({ key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), randomBytes(32)]), format: 'der', type: 'pkcs8' });
  const key = { name, publicKey: createPublicKey(privateKey).export({ type: 'spki', format: 'der' }).subarray(-32) };
  return { line: formatNoteKey(sha256, key), sign: (text: string) => signNote(sha256, text, key, (message) => sign(null, message, privateKey)) };
};

const entriesOf = (size: number) => Array.from({ length: size }, (_, at) => Buffer.from(`{"id":"evt_${at}"}`));

describe('flux verify log', () => {
  const owner = signer();
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'flux-verify-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** A log in a folder, as the appliance's doors serve it. */
  function publish(name: string, entries: readonly Buffer[], by = owner): string {
    const directory = path.join(folder, name);
    const keep = (file: string, bytes: Uint8Array | string) => {
      mkdirSync(path.dirname(path.join(directory, file)), { recursive: true });
      writeFileSync(path.join(directory, file), bytes);
    };
    const tree = new GrowingTree(hashing);
    for (let at = 0; at < entries.length; at += 256) {
      const part = entries.slice(at, at + 256);
      for (const tile of tree.append(part.map(hashing.leaf))) keep(tilePath(tile), tile.hashes);
    }
    putEntries(directory, entries);
    keep('checkpoint', by.sign(formatCheckpoint({ origin: 'appliance.example/audit', size: entries.length, root: tree.root() })));
    keep('key', `${by.line}\n`);
    return directory;
  }

  function putEntries(directory: string, entries: readonly Buffer[]): void {
    rmSync(path.join(directory, 'tile/entries'), { recursive: true, force: true });
    for (let at = 0; at < entries.length; at += 256) {
      const part = entries.slice(at, at + 256);
      const file = path.join(directory, tilePath({ level: 'entries', index: at / 256, width: part.length } satisfies TileAt));
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, packEntries(part));
    }
  }

  async function flux(...args: string[]) {
    const [stdout, stderr] = [new PassThrough({ highWaterMark: 1e6 }), new PassThrough({ highWaterMark: 1e6 })];
    const exitCode = await runProgram(['verify', 'log', ...args], { env: {}, cwd: folder, stdin: Readable.from([]), stdout, stderr, signal: new AbortController().signal });
    const written = (stream: PassThrough) => (stream.read() as Buffer | null)?.toString() ?? '';
    return { exitCode, stdout: written(stdout), stderr: written(stderr) };
  }

  it('says that a log is whole, and what to keep', async () => {
    const { exitCode, stdout, stderr } = await flux('--directory', publish('log', entriesOf(600)), '--key', owner.line);
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^appliance\.example\/audit: 600 entries, all as they were signed\.\nKeep the log with --save/);
  });

  it('shows a key that it took from the log itself', async () => {
    const { exitCode, stderr } = await flux('--directory', publish('log', entriesOf(1)));
    expect(exitCode).toBe(0);
    expect(stderr).toContain(owner.line);
  });

  it('goes on from an earlier checkpoint, and sees what was cut off or written anew under the same key', async () => {
    const earlier = path.join(publish('earlier', entriesOf(300)), 'checkpoint');
    const check = (entries: Buffer[]) => flux('--directory', publish('log', entries), '--key', owner.line, '--checkpoint', earlier);
    expect(await check(entriesOf(600))).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('goes on from the earlier checkpoint') });
    expect(await check(entriesOf(299))).toMatchObject({ exitCode: 6, stderr: expect.stringContaining('Entries were cut off: there were 300') });
    expect(await check(entriesOf(600).with(7, Buffer.from('{}')))).toMatchObject({ exitCode: 6, stderr: expect.stringContaining('The first 300 entries are not those') });
  });

  it('names what is damaged', async () => {
    const directory = publish('log', entriesOf(600));
    const bundle = path.join(directory, 'tile/entries/001');
    writeFileSync(bundle, readFileSync(bundle, 'latin1').replace('evt_300', 'evt_xxx'), 'latin1');
    const { exitCode, stderr, stdout } = await flux('--directory', directory, '--key', owner.line);
    expect([exitCode, stdout]).toEqual([6, '']);
    expect(stderr).toContain('The audit log is not what was signed.\n  Entry 300 is not the one that was signed.\n');
    const told = JSON.parse((await flux('--directory', directory, '--key', owner.line, '--json')).stderr) as object;
    expect(told).toMatchObject({ code: 'flux.log_damaged', faults: [{ kind: 'entry', index: 300 }, { kind: 'tile', path: 'tile/1/000.p/2' }, { kind: 'root' }] });
    rmSync(bundle);
    expect((await flux('--directory', directory, '--key', owner.line)).stderr).toContain('tile/entries/001 is missing');
  });

  /** What somebody does to one place of a list of entries who can write the files but not sign. */
  const tampering: [string, (entries: Buffer[], at: number) => Buffer[]][] = [
    ['a flipped bit', (entries, at) => entries.with(at, Buffer.from(entries[at]!.map((byte, where) => (where === 8 ? byte ^ 1 : byte))))],
    ['a deleted entry', (entries, at) => entries.toSpliced(at, 1)],
    ['two swapped entries', (entries, at) => entries.toSpliced(at, 2, entries[at + 1]!, entries[at]!)],
    ['an inserted entry', (entries, at) => entries.toSpliced(at, 0, Buffer.from('{"id":"evt_own"}'))],
    ['a cut end', (entries, at) => entries.slice(0, at)],
  ];
  it.each(tampering)('finds %s among 10,000, wherever it is', async (_, tamper) => {
    const entries = entriesOf(10_000);
    const directory = publish('log', entries);
    for (const at of [0, 255, 256, randomInt(9_998), 9_998]) {
      putEntries(directory, tamper(entries, at));
      expect([at, await flux('--directory', directory, '--key', owner.line)]).toEqual([at, expect.objectContaining({ exitCode: 6, stdout: '' })]);
    }
    putEntries(directory, entries);
    expect(await flux('--directory', directory, '--key', owner.line)).toMatchObject({ exitCode: 0 });
  });

  it('trusts no other key, and no file that is none', async () => {
    const directory = publish('log', entriesOf(3), signer());
    expect(await flux('--directory', directory, '--key', owner.line)).toMatchObject({ exitCode: 6, stderr: expect.stringContaining('not signed by this key') });
    writeFileSync(path.join(directory, 'checkpoint'), 'hello');
    expect(await flux('--directory', directory)).toMatchObject({ exitCode: 6 });
    expect(await flux('--directory', path.join(folder, 'nowhere'))).toMatchObject({ exitCode: 6, stderr: expect.stringContaining('The log has no key') });
  });

  it('reads a copy from the web and keeps it, so that it can be read again from the folder', async () => {
    const directory = publish('log', entriesOf(600));
    const server = createServer(({ url = '' }, response) => {
      try {
        response.end(readFileSync(path.join(directory, url.replace('/copy/', ''))));
      } catch {
        response.writeHead(404).end();
      }
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/copy/`;
    const kept = path.join(folder, 'kept');
    expect(await flux('--url', url, '--save', kept)).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('kept/checkpoint') });
    rmSync(path.join(directory, 'tile/0/000'));
    expect(await flux('--url', url)).toMatchObject({ exitCode: 6, stderr: expect.stringContaining('tile/0/000 is missing') });
    server.close();
    expect(await flux('--directory', kept)).toMatchObject({ exitCode: 0 });
    expect(await flux('--url', url)).toMatchObject({ exitCode: 5 });
  });

  it.each([[['--url', 'http://x', '--directory', 'y']], [['--url', 'nonsense']], [['--directory', 'x', '--key', 'nonsense']]])('is not called by %j', async (args) => {
    expect((await flux(...args)).exitCode).toBe(2);
  });
});
