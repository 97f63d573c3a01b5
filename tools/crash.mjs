/** `npm run crash -- --times 10`: the journey that kills a process at every named point of an edit's life, that often. `--only '10 '` tries those that are named so. */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { times: { type: 'string', default: '10' }, lanes: { type: 'string', default: '3' }, only: { type: 'string', default: '' } } });
const env = { ...process.env, CRASH_TIMES: values.times, CRASH_LANES: values.lanes, CRASH_ONLY: values.only, NODE_OPTIONS: [process.env.NODE_OPTIONS, '--experimental-vm-modules --no-warnings'].join(' ').trim() };
const jest = ['node_modules/jest/bin/jest.js', '--config', 'e2e/jest.config.mjs', '--testTimeout=7200000', 'e2e/crash.journey.ts'];
process.exitCode = spawnSync(process.execPath, jest, { stdio: 'inherit', env }).status ?? 1;
