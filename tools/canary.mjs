/** `npm run canary -- --edits 500`: the journey that searches everything the appliance wrote, with that many edits. */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { edits: { type: 'string', default: '500' } } });
const env = { ...process.env, CANARY_EDITS: values.edits, NODE_OPTIONS: [process.env.NODE_OPTIONS, '--experimental-vm-modules --no-warnings'].join(' ').trim() };
const jest = ['node_modules/jest/bin/jest.js', '--config', 'e2e/jest.config.mjs', '--testTimeout=1800000', 'e2e/canary.journey.ts'];
process.exitCode = spawnSync(process.execPath, jest, { stdio: 'inherit', env }).status ?? 1;
