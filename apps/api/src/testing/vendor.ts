import { generateKeyPairSync, sign } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Entitlement, type EntitlementDocument, newId } from '@flux-context/contracts';

export const draftEntitlement = (change: Partial<Entitlement> = {}): Entitlement => ({
  version: 1, id: newId('entitlement'), organisation: 'Acme', edition: 'enterprise', seats: 7, monthlyEdits: 500, packs: [],
  notBefore: new Date(Date.now() - 86_400_000).toISOString(), notAfter: new Date(Date.now() + 86_400_000).toISOString(), timeZone: 'Europe/Berlin', ...change,
});

/** For specs: a vendor with a key of his own, whose public half lies in `keysDirectory`. */
export function testVendor(keyId = 'test-vendor') {
  const pair = generateKeyPairSync('ed25519');
  const keysDirectory = mkdtempSync(join(tmpdir(), 'flux-keys-'));
  writeFileSync(join(keysDirectory, `${keyId}.pem`), pair.publicKey.export({ type: 'spki', format: 'pem' }));
  const signBytes = (payload: Buffer): EntitlementDocument => ({
    keyId, payload: payload.toString('base64url'), signature: sign(null, payload, pair.privateKey).toString('base64url'),
  });
  return { keyId, keysDirectory, publicKey: pair.publicKey, signBytes, sign: (draft: unknown) => signBytes(Buffer.from(JSON.stringify(draft))) };
}
