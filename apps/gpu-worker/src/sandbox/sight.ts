import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Sight } from './isolation.js';

/** The bundled sandbox, beside this file's folder: see `bundle.mjs`. */
const bundled = fileURLToPath(new URL('../sandbox-bundle/sandbox.cjs', import.meta.url));

/** Finds what a sandbox needs: this Node, the bundled code and its snapshot, sharp's binaries, and the shared objects that these are linked with. */
export function findSight(entry = bundled): Sight {
  if (!existsSync(entry)) throw new Error('The sandbox is not built. Run `npm run build`.');
  const node = realpathSync(process.execPath);
  const sharpFolder = path.dirname(createRequire(entry).resolve(`@img/sharp-${process.platform}-${process.arch}/sharp.node`));
  const folders = [path.dirname(entry), sharpFolder, sharpFolder.replace(/sharp-(?=[^/]*$)/, 'sharp-libvips-')];
  const binaries = [node, ...readdirSync(path.join(sharpFolder, 'lib')).map((name) => path.join(sharpFolder, 'lib', name))];
  const libraries = binaries.flatMap(linkedLibraries).filter((library) => !folders.some((folder) => library.startsWith(`${folder}/`)));
  const native = binaries.find((binary) => binary.endsWith('.node'));
  if (native === undefined) throw new Error('The native half of sharp is missing. Run `npm ci`.');
  const snapshot = entry.replace(/cjs$/, 'snapshot');
  const filter = path.join(path.dirname(entry), 'sandbox.bpf');
  return {
    node, entry, snapshot: startsFrom(snapshot, [node, entry, native]) ? snapshot : undefined, native, folders, libraries,
    filter: existsSync(filter) ? filter : undefined,
    launcher: path.join(path.dirname(entry), 'launch'),
    setprivFilters: execFileSync('setpriv', ['--help'], { encoding: 'utf8' }).includes('--seccomp-filter'),
  };
}

/** A snapshot belongs to the very Node that made it, and to processors like that one's. Without it a sandbox starts from its source, half as fast. */
function startsFrom(snapshot: string, [node, entry, native]: readonly [string, string, string]): boolean {
  return existsSync(snapshot) && spawnSync(node, ['--snapshot-blob', snapshot, entry, native], { stdio: ['ignore', 'ignore', 'ignore', 'pipe'], env: {} }).status === 0;
}

/** Both forms of a line of `ldd`: `name => path (address)`, and `path (address)` for the loader. */
export function linkedLibraries(binary: string): string[] {
  const lines = execFileSync('ldd', [binary], { encoding: 'utf8' }).split('\n');
  const paths = lines.flatMap((line) => /(?:=> )?(\/\S+) \(0x/.exec(line)?.[1] ?? []);
  return paths.map((found) => path.normalize(found)).filter((found) => existsSync(found));
}
