import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { step } from './step.mjs';

const compiler = 'node_modules/typescript7/bin/tsc';
const sandboxSources = ['apps/gpu-worker', 'packages/contracts', 'packages/envelope', 'packages/exact', 'packages/instructions', 'packages/picture'];
const portalSources = ['apps/portal', 'packages/ui', 'packages/instructions', 'packages/contracts'];

/** Makes what changed: TypeScript by its own record of inputs, the sandbox and the portal by the names, sizes and times of their sources. */
export function build() {
  step('Compiling', process.execPath, [compiler, '-b']);
  // A worker that runs in this clone starts its sandboxes from these files, so they are left alone when nothing changed.
  unlessMade('apps/gpu-worker/dist/sandbox-bundle', sandboxSources, () => step('Bundling the sandbox', process.execPath, ['apps/gpu-worker/bundle.mjs']));
  unlessMade('apps/portal/dist', portalSources, () => step('Building the portal', process.execPath, ['../../node_modules/vite/bin/vite.js', 'build', '--logLevel', 'warn'], { cwd: 'apps/portal' }));
}

function unlessMade(folder, sources, make) {
  const stamp = join(folder, '.sources');
  const made = fingerprint(sources);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === made) return;
  make();
  writeFileSync(stamp, made);
}

/** Also of this Node and of what is installed: the sandbox's start-up snapshot fits no other. */
function fingerprint(folders) {
  const hash = createHash('sha256').update(`${process.version} ${process.arch}\n`).update(readFileSync('package-lock.json'));
  const walk = (folder) => {
    for (const entry of readdirSync(folder, { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      if (entry.name === 'node_modules' || entry.name === 'dist') continue;
      const path = join(folder, entry.name);
      if (entry.isDirectory()) walk(path);
      else {
        const { size, mtimeMs } = statSync(path);
        hash.update(`${path}\0${size}\0${mtimeMs}\n`);
      }
    }
  };
  folders.forEach(walk);
  return hash.digest('hex');
}
