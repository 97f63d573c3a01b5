/**
 * `npm run attacks`: every attack of docs/security/sealed-way.md, tried again. `npm run attacks -- stolen-ticket` tries one of them.
 * An attack is the tests named here; one that no longer exists, or was skipped, counts as failed.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const edits = (spec) => `apps/api/src/edits/${spec}.room.spec.ts`;
const audit = (spec) => `apps/api/src/audit/${spec}.room.spec.ts`;
const worker = 'apps/gpu-worker/src/worker.room.spec.ts';
const journey = (name) => `e2e/${name}.journey.ts`;

/** Files of tests, and how the full names of the tests in them begin that try the attack; all of the file when there is none. */
const attacks = {
  'stolen-ticket': [[edits('sealed-way'), 'a stolen ticket'], [worker, 'the worker talks to no holder but its own'], [edits('edits'), 'an edit through the API survives its ticket being run twice']],
  'stolen-parcel': [[edits('sealed-way'), 'a stolen parcel'], [edits('abuse'), 'a worker that does not behave of one pool'], [edits('replay'), 'the internal listener'], [worker, 'the worker ends an edit with a code when its parts were tampered with']],
  'replayed-result': [[edits('sealed-way'), 'a result that is sent again'], [edits('abuse'), 'a worker that does not behave cannot answer one edit with the answer to another'], [edits('edits'), 'an edit through the API settles once']],
  'lying-worker': [[edits('abuse'), 'a worker that does not behave'], [edits('edits'), 'an edit through the API is not charged when the answer is not whole'], [edits('edits'), 'an edit through the API cannot make a worker speak for the API']],
  'restarting-api': [[edits('sealed-way'), 'an API process that starts again'], [edits('replay'), 'the same request again, with an Idempotency-Key is free of charge after the process'], [edits('holder')], [journey('holders')]],
  'guessed-ids': [[edits('sealed-way'), 'a member who guesses ids'], [edits('edits'), 'an edit through the API does not exist for anybody but its owner'], [edits('replay'), 'an edit asked for at a process that does not hold it can be cancelled there']],
  'edited-history': [[audit('audit-tables')], [journey('audit')], ['apps/cli/src/verify-command.spec.ts'], ['packages/tree/src/foreign-verifier.spec.ts'], ['packages/tree/src/verify-log.spec.ts']],
};

const named = process.argv.slice(2);
for (const name of named) {
  if (name in attacks) continue;
  console.error(`There is no attack "${name}"; there are ${Object.keys(attacks).join(', ')}.`);
  process.exit(2);
}
const folder = mkdtempSync(join(tmpdir(), 'attacks-'));
for (const [name, tests] of Object.entries(attacks)) {
  if (named.length > 0 && !named.includes(name)) continue;
  const bad = tests.map(([file, title]) => attempt(file, title)).filter((why) => why !== undefined);
  for (const why of bad) console.log(`        ${why}`);
  console.log(`${bad.length === 0 ? 'held   ' : 'BROKEN '} ${name}\n`);
  if (bad.length > 0) process.exitCode = 1;
}
rmSync(folder, { recursive: true, force: true });

/** Undefined when every test passed and there was one; else what is wrong. */
function attempt(file, title = '') {
  const report = join(folder, 'report.json');
  const config = file.startsWith('e2e/') ? 'e2e/jest.config.mjs' : 'jest.config.mjs';
  const env = { ...process.env, NODE_OPTIONS: [process.env.NODE_OPTIONS, '--experimental-vm-modules --no-warnings'].join(' ').trim() };
  const { status, stderr } = spawnSync(process.execPath, ['node_modules/jest/bin/jest.js', '--config', config, '--json', `--outputFile=${report}`, '-t', `^${title}`, file], { env, encoding: 'utf8' });
  if (status !== 0) return `${file}, "${title}": failed\n${stderr}`;
  const passed = JSON.parse(readFileSync(report, 'utf8')).testResults.flatMap(({ assertionResults }) => assertionResults.filter((test) => test.status === 'passed'));
  for (const test of passed) console.log(`        ${test.fullName}`);
  return passed.length > 0 ? undefined : `${file}, "${title}": no such test was run`;
}
