/**
 * What `npm start`, `npm test` and `npm run build` share: brings a fresh clone to a state where everything can run, then
 * hands over. Plain JavaScript without dependencies, because it runs before anything is installed.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from './prepare/build.mjs';
import { installDependencies } from './prepare/dependencies.mjs';
import { installPrograms } from './prepare/programs.mjs';
import { takeTurn } from './prepare/turn.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Node ${process.versions.node} is too old: 20.19 or newer is needed. See https://nodejs.org.`);
  process.exit(1);
}

const goals = {
  build: async () => {},
  start: async () => {
    installPrograms(['bubblewrap']);
    await import('./start/dist/main.js');
  },
  test: async () => {
    installPrograms(['bubblewrap', 'redis', 'chromium']);
    process.exitCode = spawnSync(process.execPath, ['tools/test.mjs', ...process.argv.slice(3)], { stdio: 'inherit' }).status ?? 1;
  },
};

const goal = goals[process.argv[2] ?? ''];
if (!goal) {
  console.error(`Say what to prepare for: ${Object.keys(goals).join(', ')}.`);
  process.exit(2);
}
if (!existsSync('package-lock.json')) {
  console.error('package-lock.json is missing: this is not a whole clone. Clone the repository again.');
  process.exit(1);
}
const endTurn = takeTurn(root);
installDependencies();
build();
endTurn();
await goal();
