#!/usr/bin/env node
import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Entitlement, newId } from '@flux-context/contracts';
import { signEntitlement } from './sign.js';

const usage = `flux-entitlement keygen --id NAME --out FOLDER
  Makes FOLDER/NAME.pem, the public key for customers, and FOLDER/NAME.key, which never leaves the vendor.

flux-entitlement issue --key FOLDER/NAME.key --organisation TEXT --seats N --monthly-edits N --not-after DATE
    [--not-before DATE] [--time-zone UTC] [--edition enterprise] [--pack PURCHASE:EDITS]... --out FILE
  Signs an entitlement. Its allowance begins anew each month on the day of --not-before, at midnight in --time-zone.

flux-entitlement evaluation --out FOLDER
  Makes the evaluation entitlement and its public key. The private key is used once and not written.
`;

function writePublicKey(folder: string, id: string, key: KeyObject): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${id}.pem`), key.export({ type: 'spki', format: 'pem' }), { flag: 'wx' });
}

function keygen(args: string[]): void {
  const { values } = parseArgs({ args, options: { id: { type: 'string' }, out: { type: 'string' } } });
  if (values.id === undefined || values.out === undefined) throw new Error('keygen needs --id and --out');
  const pair = generateKeyPairSync('ed25519');
  writePublicKey(values.out, values.id, pair.publicKey);
  writeFileSync(join(values.out, `${values.id}.key`), pair.privateKey.export({ type: 'pkcs8', format: 'pem' }), { flag: 'wx', mode: 0o600 });
}

const instant = (text: string) => new Date(text).toISOString();
const packOf = (text: string) => {
  const cut = text.lastIndexOf(':');
  return { purchaseId: text.slice(0, cut), edits: Number(text.slice(cut + 1)) };
};

const issueOptions = {
  key: { type: 'string' },
  organisation: { type: 'string' },
  seats: { type: 'string' },
  'monthly-edits': { type: 'string' },
  'not-after': { type: 'string' },
  'not-before': { type: 'string', default: new Date().toISOString() },
  'time-zone': { type: 'string', default: 'UTC' },
  edition: { type: 'string', default: 'enterprise' },
  pack: { type: 'string', multiple: true, default: [] as string[] },
  out: { type: 'string' },
} as const;

function issue(args: string[]): void {
  const { values } = parseArgs({ args, options: issueOptions });
  const { key, organisation, seats, 'monthly-edits': monthlyEdits, 'not-after': notAfter, out } = values;
  if (!key || !organisation || !seats || !monthlyEdits || !notAfter || !out) throw new Error('issue needs --key, --organisation, --seats, --monthly-edits, --not-after and --out');
  const draft: Entitlement = {
    version: 1, id: newId('entitlement'), organisation, edition: values.edition as Entitlement['edition'], seats: Number(seats), monthlyEdits: Number(monthlyEdits),
    packs: values.pack.map(packOf), notBefore: instant(values['not-before']), notAfter: instant(notAfter), timeZone: values['time-zone'],
  };
  const signed = signEntitlement(draft, { id: basename(key, '.key'), privateKey: createPrivateKey(readFileSync(key)) });
  writeFileSync(out, `${JSON.stringify(signed, null, 2)}\n`, { flag: 'wx' });
}

function evaluation(args: string[]): void {
  const { values } = parseArgs({ args, options: { out: { type: 'string' } } });
  if (values.out === undefined) throw new Error('evaluation needs --out');
  const pair = generateKeyPairSync('ed25519');
  const draft: Entitlement = {
    version: 1, id: newId('entitlement'), organisation: 'Evaluation', edition: 'evaluation', seats: 25, monthlyEdits: 10_000,
    packs: [], notBefore: '2026-01-01T00:00:00.000Z', notAfter: '2036-01-01T00:00:00.000Z', timeZone: 'UTC',
  };
  writePublicKey(join(values.out, 'keys'), 'evaluation', pair.publicKey);
  const signed = signEntitlement(draft, { id: 'evaluation', privateKey: pair.privateKey });
  writeFileSync(join(values.out, 'entitlement.json'), `${JSON.stringify(signed, null, 2)}\n`, { flag: 'wx' });
}

const commands: Readonly<Record<string, (args: string[]) => void>> = { keygen, issue, evaluation };
const [, , command = '', ...args] = process.argv;
const run = commands[command];
if (run === undefined) {
  process.stderr.write(usage);
  process.exitCode = 2;
} else {
  try {
    run(args);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : 'failed'}\n`);
    process.exitCode = 1;
  }
}
