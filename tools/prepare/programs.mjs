import { existsSync } from 'node:fs';
import { step } from './step.mjs';

/** Programs that are not npm packages: where they are found, their Debian package, and what is lost without them. */
const programs = {
  bubblewrap: { path: '/usr/bin/bwrap', without: 'edits run in plain namespaces or, where those are forbidden, in an ordinary process' },
  redis: { path: '/usr/bin/redis-server', package: 'redis-server', without: 'the tests of the queue on Redis are skipped' },
  chromium: { path: '/usr/bin/chromium', without: 'the tests in a browser are skipped' },
};

/** Installs what is missing when that is possible (Debian or Ubuntu, root); else says in one line what to do. */
export function installPrograms(names) {
  const missing = names.filter((name) => !existsSync(programs[name].path));
  if (missing.length === 0) return;
  const packages = missing.map((name) => programs[name].package ?? name);
  const can = process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const install = () => step(`Installing ${packages.join(', ')}`, 'apt-get', ['install', '-y', '--no-install-recommends', ...packages], { env, optional: true });
  if (can && (install() || (step('Updating package lists', 'apt-get', ['update'], { env, optional: true }) && install()))) return;
  for (const name of missing) console.log(`! ${name} is missing: ${programs[name].without}. To have it: apt-get install ${programs[name].package ?? name}`);
}
