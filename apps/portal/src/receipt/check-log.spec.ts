import { generateKeyPairSync, sign } from 'node:crypto';
import { auditRoutes } from '@flux-context/contracts';
import { formatCheckpoint, formatNoteKey, GrowingTree, hashingWith, signNote } from '@flux-context/tree';
import { createClient } from '@flux-context/ui';
import { describe, expect, it } from 'vitest';
import { checkLog } from './check-log.js';
import { sha256 } from './check-receipt.js';

/** An empty log under a key of its own: its files, and the client that reads them. */
function emptyLog() {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const key = { name: 'log.example/audit', publicKey: new Uint8Array(Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url')) };
  const root = new GrowingTree(hashingWith(sha256)).root();
  const checkpoint = signNote(sha256, formatCheckpoint({ origin: key.name, size: 0, root }), key, (message) => new Uint8Array(sign(null, message, privateKey)));
  const files = new Map([
    [auditRoutes.checkpoint.path, checkpoint],
    [auditRoutes.key.path, `${formatNoteKey(sha256, key)}\n`],
    [auditRoutes.minimum.path, '0'],
  ]);
  const client = createClient('', async (address) => {
    const file = typeof address === 'string' ? files.get(address) : undefined;
    return new Response(file ?? '', { status: file === undefined ? 404 : 200 });
  });
  return { checkpoint, check: (earlier?: Blob) => checkLog(client, { onProgress: () => undefined, earlier }) };
}

describe('checking the log', () => {
  it('says that it compared only when it did', async () => {
    const log = emptyLog();
    expect([(await log.check()).compared, (await log.check(new Blob([log.checkpoint]))).compared]).toEqual([false, true]);
  });

  it('compares with no file that is too large, and says so', async () => {
    const log = emptyLog();
    await expect(log.check(new Blob([log.checkpoint, ' '.repeat(65_536)]))).rejects.toMatchObject({ name: 'EarlierCheckpointError', message: 'The file is too large to be a checkpoint.' });
  });

  it("blames the file, not the log, when it is no checkpoint of the log's key", async () => {
    const log = emptyLog();
    for (const file of ['hello', '', emptyLog().checkpoint]) await expect(log.check(new Blob([file]))).rejects.toMatchObject({ name: 'EarlierCheckpointError' });
  });
});
