import { generateKeyPairSync, sign } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newId, type Entitlement } from '@flux-context/contracts';

/** Writes an entitlement signed by a vendor key of its own, and gives the settings under which an appliance takes it. */
export function entitlementWith(directory: string, change: Partial<Entitlement>): Record<string, string> {
  const keys = join(directory, 'vendor-keys');
  mkdirSync(keys, { recursive: true });
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  writeFileSync(join(keys, 'journey.pem'), publicKey.export({ type: 'spki', format: 'pem' }));
  const entitlement: Entitlement = {
    version: 1,
    id: newId('entitlement'),
    organisation: 'Journey',
    edition: 'enterprise',
    seats: 25,
    monthlyEdits: 10_000,
    packs: [],
    notBefore: '2026-01-01T00:00:00Z',
    notAfter: '2036-01-01T00:00:00Z',
    timeZone: 'Europe/Berlin',
    ...change,
  };
  const payload = Buffer.from(JSON.stringify(entitlement), 'utf8');
  const file = join(directory, 'entitlement.json');
  writeFileSync(file, JSON.stringify({ keyId: 'journey', payload: payload.toString('base64url'), signature: sign(null, payload, privateKey).toString('base64url') }));
  return { ENTITLEMENT_FILE: file, ENTITLEMENT_KEYS: keys };
}
