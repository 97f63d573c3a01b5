import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EntitlementDocument, entitlementDocument } from '@flux-context/contracts';
import { describe, expect, it } from '@jest/globals';
import { draftEntitlement, testVendor } from '../testing/vendor.js';
import { openDocument } from './entitlement-document.js';
import { readVendorKeys } from './vendor-keys.js';

const vendor = testVendor();
const keys = readVendorKeys(vendor.keysDirectory);
const genuine = vendor.sign(draftEntitlement());
const altered = (change: Partial<EntitlementDocument>) => openDocument({ ...genuine, ...change }, keys);
const base64url = (text: string) => Buffer.from(text).toString('base64url');

describe('an entitlement document', () => {
  it('is opened when the vendor signed these bytes', () => {
    const draft = draftEntitlement({ packs: [{ purchaseId: 'order 1', edits: 100 }] });
    expect(openDocument(vendor.sign(draft), keys)).toEqual({ kind: 'genuine', entitlement: draft });
  });

  it('is refused with any one bit of payload or signature changed', () => {
    for (const part of ['payload', 'signature'] as const) {
      const bytes = Buffer.from(genuine[part], 'base64url');
      for (let bit = 0; bit < bytes.length * 8; bit++) {
        const flipped = Buffer.from(bytes);
        flipped[bit >> 3]! ^= 1 << (bit & 7);
        expect(altered({ [part]: flipped.toString('base64url') })).toEqual({ kind: 'refused', reason: 'signature' });
      }
    }
  });

  it.each([
    ['another spelling of the same bytes: padding', { payload: `${genuine.payload}=` }, 'encoding'],
    ['another spelling of the same bytes: a line break', { signature: `${genuine.signature}\n` }, 'encoding'],
    ['base64 instead of base64url', { payload: Buffer.from('??>>').toString('base64') }, 'encoding'],
    ['a short signature', { signature: base64url('short') }, 'encoding'],
    ['no signature', { signature: '' }, 'encoding'],
    ['an unknown key', { keyId: 'somebody' }, 'key'],
    ['the name of a built-in property as key', { keyId: 'constructor' }, 'key'],
    ['another payload under a good signature', { payload: base64url(JSON.stringify(draftEntitlement())) }, 'signature'],
  ])('is refused: %s', (_title, change, reason) => {
    expect(altered(change)).toEqual({ kind: 'refused', reason });
  });

  it('of another vendor is refused, though he uses the same name', () => {
    expect(openDocument(testVendor().sign(draftEntitlement()), keys)).toEqual({ kind: 'refused', reason: 'signature' });
  });

  it.each([
    ['what is not JSON', Buffer.from('seats: 7')],
    ['another version', Buffer.from(JSON.stringify({ ...draftEntitlement(), version: 2 }))],
    ['a field more', Buffer.from(JSON.stringify({ ...draftEntitlement(), unlimited: true }))],
    ['half an edit', Buffer.from(JSON.stringify({ ...draftEntitlement(), monthlyEdits: 0.5 }))],
    ['a negative pack', Buffer.from(JSON.stringify(draftEntitlement({ packs: [{ purchaseId: 'x', edits: -1 }] })))],
    ['nothing', Buffer.from('null')],
  ])('is refused although well signed: %s', (_title, payload) => {
    expect(openDocument(vendor.signBytes(payload), keys)).toEqual({ kind: 'refused', reason: 'content' });
  });
});

describe('the evaluation entitlement in this repository', () => {
  const folder = new URL('../../../../tools/entitlement/evaluation/', import.meta.url);
  const document = entitlementDocument.parse(JSON.parse(readFileSync(new URL('entitlement.json', folder), 'utf8')));

  it('is genuine to the embedded form and gives 25 seats and 10,000 edits a month', () => {
    const opened = openDocument(document, readVendorKeys(new URL('keys', folder).pathname));
    expect(opened).toMatchObject({ kind: 'genuine', entitlement: { edition: 'evaluation', seats: 25, monthlyEdits: 10_000, packs: [] } });
  });

  it('is worth nothing to an appliance with keys of its own', () => {
    expect(openDocument(document, keys)).toEqual({ kind: 'refused', reason: 'key' });
  });
});

describe('the folder of vendor keys', () => {
  it('must hold a key, and Ed25519 keys only', () => {
    const folder = mkdtempSync(join(tmpdir(), 'flux-keys-'));
    expect(() => readVendorKeys(folder)).toThrow('no .pem file');
    writeFileSync(join(folder, 'weak.pem'), generateKeyPairSync('rsa', { modulusLength: 2_048 }).publicKey.export({ type: 'spki', format: 'pem' }));
    expect(() => readVendorKeys(folder)).toThrow('weak.pem is not an Ed25519 key');
  });
});
