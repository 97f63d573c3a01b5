import { createHash, createHmac, createPrivateKey, createPublicKey, randomBytes, sign } from 'node:crypto';
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type DeletionReceipt, type ReceiptDocument, receiptWords } from '@flux-context/contracts';
import { formatCheckpoint, formatEntryProof, formatNoteKey, GrowingTree, hashingWith, packEntries, proveInclusion, receiptHash, signNote, signReceipt, type TileAt, tilePath } from '@flux-context/tree';
import { runProgram } from './program.js';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();
const hashing = hashingWith(sha256);
const signer = (name: string) => {
  const privateKey = createPrivateKey({ key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), randomBytes(32)]), format: 'der', type: 'pkcs8' });
  const key = { name, publicKey: createPublicKey(privateKey).export({ type: 'spki', format: 'der' }).subarray(-32) };
  return { key, line: formatNoteKey(sha256, key), sign: (message: Uint8Array) => sign(null, message, privateKey) };
};
const logSigner = signer('appliance.example/audit');
const receiptSigner = signer('appliance.example/audit/receipts');
const nonce = randomBytes(32).toString('hex');
const [input, output] = [randomBytes(5_000), randomBytes(9_000)];
const hmac = (bytes: Uint8Array) => createHmac('sha256', Buffer.from(nonce, 'hex')).update(bytes).digest('hex');

const receipt: DeletionReceipt = {
  version: 1, editId: `edt_${'a'.repeat(32)}`, personId: `per_${'b'.repeat(32)}`, pool: 'shared', engine: 'diffusion', model: { id: 'flux2-klein-4b', licence: 'Apache-2.0' }, isolation: 'bubblewrap',
  sandboxEnded: true, parcels: 'overwritten', build: 'sha256:0123', attestation: 'none',
  acceptedAt: '2026-01-31T14:00:00.000Z', settledAt: '2026-01-31T14:00:01.000Z', deliveredAt: '2026-01-31T14:00:02.000Z', erasedAt: '2026-01-31T14:00:03.000Z',
  inputHmac: hmac(input), outputHmac: hmac(output), log: 'appliance.example/audit', ...receiptWords,
};
const entryOf = (of: DeletionReceipt) => JSON.stringify({ name: 'edit.erased', payload: { editId: of.editId, receiptSha256: receiptHash(sha256, of) } });

/** A log of 300 entries, of which number 20 is the receipt's. */
class Log {
  readonly files = new Map<string, Uint8Array>();
  readonly note: string;

  constructor(
    readonly entry: string,
    others = 'evt',
    size = 300,
  ) {
    const entries = Array.from({ length: size }, (_, at) => Buffer.from(at === 20 ? entry : `{"id":"${others}_${at}"}`));
    const tree = new GrowingTree(hashing);
    for (let at = 0; at < size; at += 256) {
      const part = entries.slice(at, at + 256);
      for (const tile of tree.append(part.map(hashing.leaf))) this.files.set(tilePath(tile), tile.hashes);
      this.files.set(tilePath({ level: 'entries', index: at / 256, width: part.length } satisfies TileAt), packEntries(part));
    }
    this.note = signNote(sha256, formatCheckpoint({ origin: logSigner.key.name, size, root: tree.root() }), logSigner.key, logSigner.sign);
    this.size = size;
  }
  readonly size: number;

  async proof(): Promise<string> {
    return formatEntryProof({ index: 20, path: await proveInclusion(hashing, 20, this.size, async (at) => this.files.get(tilePath(at))!), checkpoint: this.note });
  }
}

async function documentOf(of = receipt, log = new Log(entryOf(of))): Promise<ReceiptDocument> {
  return { receipt: of, signature: signReceipt(sha256, of, receiptSigner.key, receiptSigner.sign), entry: log.entry, proof: await log.proof(), keys: { receipt: receiptSigner.line, log: logSigner.line } };
}

describe('flux verify receipt', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'flux-receipt-'));
    keep('in.jpg', input);
    keep('out.png', output);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function keep(name: string, bytes: Uint8Array | string): string {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, bytes);
    return file;
  }
  const keepLog = (name: string, log: Log): string => {
    for (const [file, bytes] of log.files) keep(path.join(name, file), bytes);
    keep(path.join(name, 'checkpoint'), log.note);
    return path.join(folder, name);
  };
  const file = (name: string) => path.join(folder, name);

  async function flux(document: unknown, ...args: string[]) {
    const [stdout, stderr] = [new PassThrough({ highWaterMark: 1e6 }), new PassThrough({ highWaterMark: 1e6 })];
    const receiptFile = keep('receipt.json', typeof document === 'string' ? document : JSON.stringify(document));
    const exitCode = await runProgram(['verify', 'receipt', receiptFile, ...args], { env: {}, cwd: folder, stdin: Readable.from([]), stdout, stderr, signal: new AbortController().signal });
    const written = (stream: PassThrough) => (stream.read() as Buffer | null)?.toString() ?? '';
    return { exitCode, stdout: written(stdout), stderr: written(stderr) };
  }
  const keys = ['--key', receiptSigner.line, '--log-key', logSigner.line];

  it('says what holds, what was not asked, and what the receipt does not claim', async () => {
    const { exitCode, stdout, stderr } = await flux(await documentOf(), ...keys);
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout).toContain('erased at 2026-01-31T14:00:03.000Z');
    expect(stdout).toContain('flux2-klein-4b (Apache-2.0)');
    expect(stdout.match(/^ {2}ok /gm)).toHaveLength(4);
    expect(stdout.match(/Not asked/g)).toHaveLength(2);
    expect(stdout).toContain(receiptWords.doesNotClaim);
  });

  it('says that keys which came with the receipt prove only that it agrees with itself', async () => {
    const { exitCode, stderr } = await flux(await documentOf());
    expect([exitCode, stderr.includes(receiptSigner.line), stderr.includes(logSigner.line)]).toEqual([0, true, true]);
    const other = signer('appliance.example/audit/receipts');
    expect(await flux(await documentOf(), '--key', other.line)).toMatchObject({ exitCode: 6, stderr: expect.stringContaining('not what its key has signed') });
  });

  it('ties it to the files by the nonce, given or kept in the file', async () => {
    const document = await documentOf();
    const files = ['--input', file('in.jpg'), '--output', file('out.png')];
    expect(await flux({ ...document, nonce }, ...keys, ...files, '--json')).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('"input":"ok","output":"ok"') });
    expect((await flux(document, ...keys, ...files, '--nonce', nonce)).exitCode).toBe(0);
    expect(await flux(document, ...keys, ...files, '--nonce', '0'.repeat(64), '--json')).toMatchObject({ exitCode: 6, stderr: expect.stringContaining('["input","output"]') });
    expect((await flux({ ...document, nonce }, ...keys, '--input', file('out.png'))).exitCode).toBe(6);
    expect(await flux(document, ...keys, ...files)).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('--nonce') });
    expect((await flux({ ...document, nonce }, ...keys, '--input', file('none'))).exitCode).toBe(1);
  });

  it('finds every member of the receipt that was changed, dropped or added', async () => {
    const document = await documentOf();
    const plausible: Partial<Record<keyof DeletionReceipt, unknown>> = {
      editId: `edt_${'c'.repeat(32)}`, personId: `per_${'c'.repeat(32)}`, pool: 'legal', engine: 'exact', model: null, isolation: 'process', build: null, acceptedAt: '2026-01-31T14:00:00.001Z',
      settledAt: '2026-01-31T14:00:01.001Z', deliveredAt: null, erasedAt: '2026-01-31T13:00:03.000Z', inputHmac: hmac(output), outputHmac: hmac(input), log: 'other.example/audit',
    };
    for (const member of Object.keys(receipt) as (keyof DeletionReceipt)[]) {
      const changed = member in plausible ? plausible[member] : 'something else';
      expect([member, (await flux({ ...document, receipt: { ...receipt, [member]: changed } }, ...keys)).exitCode]).toEqual([member, 6]);
      expect([member, (await flux({ ...document, receipt: { ...receipt, [member]: undefined } }, ...keys)).exitCode]).toEqual([member, 6]);
    }
    expect((await flux({ ...document, receipt: { ...receipt, note: 'x' } }, ...keys)).exitCode).toBe(6);
    for (const member of ['signature', 'entry', 'proof'] as const) expect((await flux({ ...document, [member]: document[member].replace(/[A-Za-z0-9]/, '_') }, ...keys)).exitCode).toBe(6);
  });

  it('finds that the log was signed anew, by a checkpoint or a log that was kept', async () => {
    const document = await documentOf();
    const same = keepLog('same', new Log(entryOf(receipt)));
    const rewritten = keepLog('rewritten', new Log('{"name":"edit.erased"}', 'other'));
    const younger = keepLog('younger', new Log(entryOf(receipt), 'evt', 400));
    const older = keepLog('older', new Log('', 'evt', 10));
    const outcome = async (...args: string[]) => (await flux(document, ...keys, ...args)).exitCode;
    expect(await outcome('--checkpoint', path.join(same, 'checkpoint'), '--log', same)).toBe(0);
    expect(await outcome('--log', younger)).toBe(0);
    expect([await outcome('--checkpoint', path.join(rewritten, 'checkpoint')), await outcome('--log', rewritten)]).toEqual([6, 6]);
    for (const args of [['--checkpoint', path.join(younger, 'checkpoint')], ['--log', older]]) {
      expect(await flux(document, ...keys, ...args)).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^ {3}– .*(give --log|Keep it anew)/m) });
    }
    expect(await outcome('--checkpoint', keep('forged', (await documentOf()).proof))).toBe(6);
    expect(await outcome('--log', file('nothing'))).toBe(6);
  });

  it.each([['no JSON', '{'], ['another JSON', '{"receipt":{}}'], ['nothing', ''], ['far too much', `"${'x'.repeat(70_000)}"`]])('is told apart from %s', async (_, text) => {
    expect(await flux(text, '--json')).toMatchObject({ exitCode: 6, stdout: '', stderr: expect.stringContaining('flux.receipt_damaged') });
  });

  it('prints nothing that a forged receipt could move the terminal with', async () => {
    const { stderr } = await flux({ ...(await documentOf()), '\u001b[2J': 1, keys: { receipt: '\u001b[31m', log: logSigner.line } });
    expect(stderr).not.toContain('\u001b');
  });
});
