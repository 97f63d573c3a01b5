import { createHash, createHmac, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { type DeletionReceipt, type ReceiptDocument, receiptWords } from '@flux-context/contracts';
import { formatCheckpoint, formatEntryProof, formatNoteKey, hashingWith, receiptHash, signNote, signReceipt } from '@flux-context/tree';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { allHolds, checkReceipt } from './check-receipt.js';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();
const signer = (name: string) => {
  const pair = generateKeyPairSync('ed25519');
  const key = { name, publicKey: pair.publicKey.export({ type: 'spki', format: 'der' }).subarray(-32) };
  return { key, line: formatNoteKey(sha256, key), sign: (message: Uint8Array) => sign(null, message, pair.privateKey) };
};
const log = signer('appliance.example/audit');
const receipts = signer('appliance.example/audit/receipts');
const nonce = randomBytes(32).toString('hex');
const hmac = (text: string) => createHmac('sha256', Buffer.from(nonce, 'hex')).update(text).digest('hex');

const receipt: DeletionReceipt = {
  version: 1, editId: `edt_${'a'.repeat(32)}`, personId: `per_${'b'.repeat(32)}`, pool: 'shared', engine: 'exact', model: null, isolation: 'bubblewrap', sandboxEnded: true, parcels: 'overwritten', build: null, attestation: 'none',
  acceptedAt: '2026-01-31T14:00:00.000Z', settledAt: '2026-01-31T14:00:01.000Z', deliveredAt: null, erasedAt: '2026-01-31T14:00:03.000Z',
  inputHmac: hmac('sent'), outputHmac: hmac('result'), log: log.key.name, ...receiptWords,
};
/** In a log of this one entry: its leaf is the root. */
const document: ReceiptDocument = (() => {
  const entry = JSON.stringify({ name: 'edit.erased', payload: { editId: receipt.editId, receiptSha256: receiptHash(sha256, receipt) } });
  const root = hashingWith(sha256).leaf(Buffer.from(entry));
  const checkpoint = signNote(sha256, formatCheckpoint({ origin: log.key.name, size: 1, root }), log.key, log.sign);
  return { receipt, signature: signReceipt(sha256, receipt, receipts.key, receipts.sign), entry, proof: formatEntryProof({ index: 0, path: [], checkpoint }), keys: { receipt: receipts.line, log: log.line } };
})();
const files = { nonce, sent: new Blob(['sent']), result: new Blob(['result']) };
afterEach(() => vi.unstubAllGlobals());

describe('checking a receipt in the browser', () => {
  it('finds that everything holds, and where in the log it is', async () => {
    const findings = await checkReceipt(document, files);
    expect(findings).toEqual({ signature: 'holds', log: 'holds', sent: 'holds', result: 'holds', place: { index: 0, size: 1 } });
    expect(allHolds(findings)).toBe('holds');
  });

  it('finds another receipt, another log and other pictures', async () => {
    const changed = await checkReceipt({ ...document, receipt: { ...receipt, erasedAt: '2026-01-31T14:00:04.000Z' } }, files);
    expect([changed, allHolds(changed)]).toEqual([expect.objectContaining({ signature: 'broken', log: 'broken' }), 'broken']);
    expect(await checkReceipt({ ...document, proof: document.proof.replace('index 0', 'index 1') }, files)).toMatchObject({ signature: 'holds', log: 'broken' });
    expect(await checkReceipt(document, { ...files, sent: files.result, result: files.sent })).toMatchObject({ sent: 'broken', result: 'broken' });
    expect(await checkReceipt({ ...document, keys: { ...document.keys, receipt: 'no key' } }, files)).toMatchObject({ signature: 'broken' });
  });

  it('says what it cannot know: without the nonce, and where a browser has no Ed25519', async () => {
    expect(await checkReceipt(document, { ...files, nonce: undefined })).toMatchObject({ signature: 'holds', sent: 'unknown', result: 'unknown' });
    vi.stubGlobal('crypto', {});
    const findings = await checkReceipt(document, files);
    expect([findings, allHolds(findings)]).toEqual([{ signature: 'unknown', log: 'unknown', sent: 'holds', result: 'holds', place: undefined }, 'unknown']);
  });
});
