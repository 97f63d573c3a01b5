/**
 * Runs every suite and prints one closing line with the real counts: `N passed, N failed`, with skips named above it.
 * Suites: the Node packages and apps (Jest), the browser packages (Vitest), the journeys on what `npm start` starts (Jest).
 * Arguments name suites: `npm test -- node web`.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const results = mkdtempSync(join(tmpdir(), 'test-results-'));
const jest = (config, report, workers) => ['node_modules/jest/bin/jest.js', '--config', config, '--json', `--outputFile=${report}`, `--maxWorkers=${workers}`];
const suites = {
  node: { args: (report) => jest('jest.config.mjs', report, 2) },
  web: { args: (report) => ['node_modules/vitest/vitest.mjs', 'run', '--config', 'vitest.config.ts', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`] },
  journeys: { args: (report) => jest('e2e/jest.config.mjs', report, 1) },
};

const chosen = process.argv.slice(2).length > 0 ? process.argv.slice(2) : Object.keys(suites);
const total = { passed: 0, failed: 0, skipped: [] };
for (const name of chosen) {
  const suite = suites[name];
  if (!suite) {
    console.error(`There is no suite "${name}"; there are ${Object.keys(suites).join(', ')}.`);
    process.exit(2);
  }
  run(name, suite);
}
rmSync(results, { recursive: true, force: true });

for (const title of total.skipped) console.log('skipped:', title);
const skipped = total.skipped.length > 0 ? `, ${total.skipped.length} skipped` : '';
console.log(`${total.passed} passed, ${total.failed} failed${skipped}`);
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;

function run(name, suite) {
  console.log(`\n— ${name}`);
  const report = join(results, `${name}.json`);
  const env = { ...process.env, NODE_OPTIONS: [process.env.NODE_OPTIONS, '--experimental-vm-modules --no-warnings'].join(' ').trim() };
  const { status } = spawnSync(process.execPath, suite.args(report), { stdio: 'inherit', env });
  const before = total.failed;
  if (existsSync(report)) count(name, JSON.parse(readFileSync(report, 'utf8')));
  // A suite that could not even run, or failed outside a test, is a failure of its own.
  if (status !== 0 && total.failed === before) total.failed += 1;
}

function count(name, report) {
  for (const file of report.testResults) {
    if (file.assertionResults.length === 0) total.failed += file.status === 'failed' ? 1 : 0;
    for (const test of file.assertionResults) {
      if (test.status === 'passed') total.passed += 1;
      else if (test.status === 'failed') total.failed += 1;
      else total.skipped.push(`${name}: ${test.fullName}`);
    }
  }
}
