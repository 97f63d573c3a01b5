import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startTarget } from './target.js';

/**
 * `npm run hostile:schemathesis -- [--minutes 8] [--examples 50] [--seed 1]`: the same question, asked by a tool that is not ours.
 * Fuzzing goes round all operations, `examples` calls each, until the minutes are spent, so it ends by itself and says how many calls it made.
 */
const { values } = parseArgs({ options: { minutes: { type: 'string', default: '8' }, examples: { type: 'string', default: '50' }, seed: { type: 'string', default: '1' } } });
const seconds = String(Math.ceil(Number(values.minutes) * 60));
const venv = process.env['HOSTILE_VENV'] ?? join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'flux-hostile');
const program = join(venv, 'bin', 'schemathesis');

/** What an answer must keep to. That every spoiled call is refused and every whole one accepted is not asked: ids are guessed, so most are 404. */
const checks = ['not_a_server_error', 'status_code_conformance', 'content_type_conformance', 'response_headers_conformance', 'response_schema_conformance', 'unsupported_method', 'ignored_auth'];

if (existsSync(program)) await attack();
else console.log(`\n!!! SKIPPED: schemathesis is not installed, so nothing was tested. Run tools/hostile/install.sh first.\n0 passed, 0 failed, 1 skipped`);

async function attack(): Promise<void> {
  const target = await startTarget();
  const folder = mkdtempSync(join(tmpdir(), 'schemathesis-'));
  try {
    const options = ['--phases', 'examples,coverage,fuzzing', '--checks', checks.join(','), '--max-time', seconds, '--max-examples', values.examples, '--seed', values.seed, '--continue-on-failure', '--workers', '1', '--no-color', '--warnings', 'off', '--header', `Authorization: Bearer ${target.apiKey}`];
    process.exitCode = spawnSync(program, ['run', `${target.url}/openapi.json`, ...options], { cwd: folder, stdio: 'inherit' }).status ?? 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await target.stop();
  }
}
