/**
 * `npm run bench`: what is measured of the appliance, one part after the other: whole edits against bare sharp, reservations on
 * one hot account, appends to the audit log. A number does that share of the edits; names choose parts: `npm run bench -- ledger audit`.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const parts = { edits: 'dist/edits.js', ledger: 'ledger.mjs', audit: 'audit.mjs' };
const given = process.argv.slice(2);
const share = given.find((word) => Number(word) > 0);
const named = given.filter((word) => word !== share);
for (const name of named) {
  if (name in parts) continue;
  console.error(`There is no part "${name}"; there are ${Object.keys(parts).join(', ')}.`);
  process.exit(2);
}
for (const [name, script] of Object.entries(parts)) {
  if (named.length > 0 && !named.includes(name)) continue;
  console.log(`\n— ${name}`);
  const args = name === 'edits' && share !== undefined ? [share] : [];
  const { status } = spawnSync(process.execPath, [fileURLToPath(new URL(script, import.meta.url)), ...args], { stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}
