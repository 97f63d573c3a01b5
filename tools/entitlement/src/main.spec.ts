import { execFileSync } from 'node:child_process';
import { createPrivateKey, createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Entitlement, entitlement, entitlementDocument, newId } from '@flux-context/contracts';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { signEntitlement } from './index.js';

const draft: Entitlement = {
  version: 1, id: newId('entitlement'), organisation: 'Acme', edition: 'enterprise', seats: 7, monthlyEdits: 500, packs: [],
  notBefore: '2026-01-01T00:00:00.000Z', notAfter: '2027-01-01T00:00:00.000Z', timeZone: 'UTC',
};

describe('signEntitlement', () => {
  it('signs exactly the bytes that it hands out', () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const document = entitlementDocument.parse(signEntitlement(draft, { id: 'vendor', privateKey }));
    const payload = Buffer.from(document.payload, 'base64url');
    expect(verify(null, payload, publicKey, Buffer.from(document.signature, 'base64url'))).toBe(true);
    expect(entitlement.parse(JSON.parse(payload.toString('utf8')))).toEqual(draft);
    expect(document.keyId).toBe('vendor');
  });

  it('signs nothing that appliances would refuse', () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    expect(() => signEntitlement({ ...draft, seats: -1 }, { id: 'vendor', privateKey })).toThrow();
  });
});

describe('flux-entitlement', () => {
  const root = new URL('../../../', import.meta.url).pathname;
  const folder = mkdtempSync(join(tmpdir(), 'flux-vendor-'));
  const run = (...args: string[]) => execFileSync(process.execPath, [join(root, 'tools/entitlement/dist/main.js'), ...args], { stdio: 'pipe' });
  const issue = (...more: string[]) =>
    run('issue', '--key', join(folder, 'acme.key'), '--organisation', 'Acme', '--seats', '7', '--monthly-edits', '500', '--not-after', '2027-01-01', ...more);

  beforeAll(() => {
    execFileSync(process.execPath, [join(root, 'node_modules/typescript7/bin/tsc'), '-b', join(root, 'tools/entitlement')]);
    run('keygen', '--id', 'acme', '--out', folder);
  }, 60_000);

  it('keeps the private key to its owner and never overwrites a key', () => {
    expect(statSync(join(folder, 'acme.key')).mode & 0o777).toBe(0o600);
    expect(createPrivateKey(readFileSync(join(folder, 'acme.key'))).asymmetricKeyType).toBe('ed25519');
    expect(() => run('keygen', '--id', 'acme', '--out', folder)).toThrow();
  });

  it('issues a document that the public key verifies', () => {
    const out = join(folder, 'entitlement.json');
    issue('--not-before', '2026-01-31', '--time-zone', 'Europe/Berlin', '--pack', 'order:17:1000', '--out', out);
    const document = entitlementDocument.parse(JSON.parse(readFileSync(out, 'utf8')));
    const payload = Buffer.from(document.payload, 'base64url');
    expect(verify(null, payload, createPublicKey(readFileSync(join(folder, 'acme.pem'))), Buffer.from(document.signature, 'base64url'))).toBe(true);
    expect(document.keyId).toBe('acme');
    expect(entitlement.parse(JSON.parse(payload.toString('utf8')))).toMatchObject({
      organisation: 'Acme', edition: 'enterprise', seats: 7, monthlyEdits: 500, packs: [{ purchaseId: 'order:17', edits: 1_000 }],
      notBefore: '2026-01-31T00:00:00.000Z', notAfter: '2027-01-01T00:00:00.000Z', timeZone: 'Europe/Berlin',
    });
  });

  it('refuses a wrong command, a missing option and a bad value', () => {
    expect(() => run('give')).toThrow(/keygen/);
    expect(() => run('issue', '--seats', '7')).toThrow(/issue needs/);
    expect(() => issue('--pack', 'order:many', '--out', join(folder, 'bad.json'))).toThrow();
  });

  it('makes the evaluation entitlement without leaving a private key', () => {
    const out = join(folder, 'evaluation');
    run('evaluation', '--out', out);
    expect(readdirSync(out, { recursive: true }).map(String).toSorted()).toEqual(['entitlement.json', 'keys', 'keys/evaluation.pem']);
  });
});
