import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { formatEntryProof, proveInclusion, type ReceiptBody, receiptHash, receiptText, type SignedReceipt, signReceipt, verifyReceipt } from './index.js';
import { entriesOf, hashing, MemoryLog, newSigner, sha256, verifyEd25519 } from './memory-log.spec-parts.js';

const logSigner = newSigner('appliance.example/audit');
const signer = newSigner('appliance.example/audit/receipts');
const body: ReceiptBody = { version: 1, editId: 'edt_1', log: 'appliance.example/audit', model: { id: 'm', licence: 'Apache-2.0' }, deliveredAt: null, sandboxEnded: true, erasedAt: '2026-01-31T14:00:00.000Z' };
const entryOf = (receipt: ReceiptBody, more: object = {}): string => JSON.stringify({ name: 'edit.erased', payload: { editId: receipt.editId, receiptSha256: receiptHash(sha256, receipt), ...more } });

/** A receipt in a log of so many other entries. */
async function issued(receipt: ReceiptBody = body, entry = entryOf(receipt), others = 300): Promise<SignedReceipt> {
  const entries = entriesOf(others).toSpliced(others >> 1, 0, Buffer.from(entry));
  const log = new MemoryLog(logSigner, entries);
  const path = await proveInclusion(hashing, others >> 1, entries.length, (at) => log.tile(at));
  return { receipt, signature: signReceipt(sha256, receipt, signer.key, signer.sign), entry, proof: formatEntryProof({ index: others >> 1, path, checkpoint: log.note }) };
}
const check = (document: SignedReceipt, keys = { receiptKey: signer.key, logKey: logSigner.key }) => verifyReceipt({ document, ...keys, sha256, verify: verifyEd25519 });
const faults = async (document: SignedReceipt, keys?: Parameters<typeof check>[1]) => (await check(document, keys)).faults;

describe('a receipt', () => {
  it('is verified with the two keys alone, wherever its entry lies', async () => {
    for (const others of [0, 1, 2, 255, 256, 700]) {
      const report = await check(await issued(body, entryOf(body), others));
      expect(report).toMatchObject({ faults: [], index: others >> 1, checkpoint: { size: others + 1, origin: 'appliance.example/audit' } });
    }
  });

  it('is signed and hashed as one text: canonical JSON and a line feed', () => {
    expect(receiptText({ log: 'l', editId: 'e', b: 2, a: null })).toBe('{"a":null,"b":2,"editId":"e","log":"l"}\n');
  });

  it('is refused when any member is changed, dropped or added', async () => {
    const document = await issued();
    for (const member of Object.keys(body)) {
      expect(await faults({ ...document, receipt: { ...body, [member]: 'other' } })).toContain('signature');
      const rest = Object.fromEntries(Object.entries(body).filter(([name]) => name !== member)) as ReceiptBody;
      expect(await faults({ ...document, receipt: rest })).toEqual(expect.arrayContaining(['signature', 'entry']));
    }
    expect(await faults({ ...document, receipt: { ...body, more: 1 } })).toEqual(['signature', 'entry']);
  });

  it('is refused after any change of a byte of its evidence', async () => {
    const document = await issued();
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('signature' as const, 'entry' as const, 'proof' as const), fc.nat(), fc.nat(6), async (member, at, bit) => {
        const bytes = Buffer.from(document[member]);
        bytes[at % bytes.length]! ^= 1 << bit;
        expect((await faults({ ...document, [member]: bytes.toString('utf8') })).length).toBeGreaterThan(0);
      }),
    );
  });

  it('is refused when its key signed another one: the log carries one hash', async () => {
    const document = await issued();
    const forged = { ...body, erasedAt: '2026-01-31T13:00:00.000Z' };
    expect(await faults({ ...document, receipt: forged, signature: signReceipt(sha256, forged, signer.key, signer.sign) })).toEqual(['entry']);
  });

  it('is refused when the log was signed by another key, is another log, or does not hold the entry', async () => {
    const document = await issued();
    expect(await faults(document, { receiptKey: newSigner('appliance.example/audit/receipts').key, logKey: logSigner.key })).toEqual(['signature']);
    expect(await faults(document, { receiptKey: signer.key, logKey: newSigner('appliance.example/audit').key })).toEqual(['checkpoint', 'inclusion']);
    const elsewhere = { ...body, log: 'other.example/audit' };
    expect(await faults(await issued(elsewhere))).toEqual(['checkpoint']);
    const { proof } = await issued({ ...body, editId: 'edt_2' });
    expect(await faults({ ...document, proof })).toEqual(['inclusion']);
  });

  it.each([['another event', '{"name":"edit.completed","payload":{}}'], ['no JSON', 'x'], ['null', 'null'], ['no payload', '{"name":"edit.erased","payload":null}'], ['the hash of another receipt', entryOf(body, { receiptSha256: '0'.repeat(64) })], ['another edit', entryOf(body, { editId: 'edt_2' })]])('is refused when its entry is %s', async (_, entry) => {
    expect(await faults(await issued(body, entry))).toEqual(['entry']);
  });
});
