/**
 * Makes one file of the sandbox, one of the HEIC decoder that few edits need, the filter of system calls, the launcher for hosts that forbid
 * namespaces, and a start-up snapshot: a sandbox starts for
 * every edit, and its start is mostly the loading of modules (460 ms of CPU in 600 files, 90 in one, 48 from the snapshot, 20
 * for Node alone). The files also are all code that a sandbox sees, apart from sharp's shared objects. The engine is one file for that
 * reason alone; onnxruntime stays outside it, and sharp is not in it. Runs after `tsc -b`.
 */
import { spawnSync } from 'node:child_process';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { seccompFilter } from './dist/sandbox/seccomp/filter.js';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const ours = /[\\/]packages[\\/](contracts|diffusion|envelope|exact|instructions|region-lock)[\\/]/;
const sandbox = here('dist/sandbox-bundle');
const engine = here('dist/engine-bundle');
const unfinished = (finished) => `${finished}.unfinished/`;

/** What sharp's modules ask of their native half while they are loaded: see `sharp-binding.ts`. */
function sharpFacts() {
  const native = createRequire(import.meta.url)(`@img/sharp-${process.platform}-${process.arch}/sharp.node`);
  return { libvipsVersion: native.libvipsVersion(), format: native.format() };
}

/** What a snapshot cannot hold: native code, and files that are loaded later. */
const replaced = {
  name: 'outside the snapshot',
  resolveId(id, from) {
    if (id === './sharp.mjs' && /[\\/]sharp[\\/]dist[\\/]/.test(from)) return here('dist/sandbox/inside/sharp-binding.js');
    if (id === './heic.js') return here('dist/sandbox/inside/heic-from-file.js');
  },
};

async function write(file, input, more, banner) {
  const bundle = await rolldown({
    input,
    platform: 'node',
    // Modules of ours do nothing when they are loaded, so what nobody uses of them is left out.
    treeshake: { moduleSideEffects: (id) => !ours.test(id) },
    onLog: (level, log, defaultHandler) => level === 'warn' && log.code === 'EVAL' ? undefined : defaultHandler(level, log),
    ...more,
  });
  await bundle.write({ file, format: 'cjs', codeSplitting: false, minify: { mangle: false, compress: false, codegen: { removeWhitespace: true } }, ...(banner && { banner }) });
  await bundle.close();
}

/** At once, because an appliance may be running from the old ones. */
function replace(finished) {
  rmSync(finished, { recursive: true, force: true });
  renameSync(unfinished(finished), finished);
}

for (const finished of [sandbox, engine]) rmSync(unfinished(finished), { recursive: true, force: true });

const folder = unfinished(sandbox);
// A script that a snapshot is made of has no `module`.
await write(`${folder}sandbox.cjs`, here('dist/sandbox/inside/main.js'), { plugins: [replaced], transform: { define: { SHARP_FACTS: JSON.stringify(sharpFacts()) } } }, 'var module = { exports: {} }, exports = module.exports;');
await write(`${folder}heic.cjs`, fileURLToPath(new URL('heic.js', import.meta.resolve('@flux-context/picture'))), {});

/** False where there is none for this processor. */
function writeFilter(file, ...of) {
  const filter = seccompFilter(process.arch, ...of);
  if (filter !== undefined) writeFileSync(file, filter);
  return filter !== undefined;
}

if (!writeFilter(`${folder}sandbox.bpf`)) console.warn('There is no filter of system calls for this processor; sandboxes will run without.');

// An image for restricted pods is built where there is a compiler; a customer's machine needs none, as it has another form.
const compiled = spawnSync('cc', ['-std=c11', '-O2', '-Wall', '-Wextra', '-fstack-protector-strong', '-Wl,-z,relro,-z,now', '-o', `${folder}launch`, here('launcher/launch.c')], { stdio: ['ignore', 'inherit', 'inherit'] });
if (compiled.error === undefined && compiled.status !== 0) console.warn('The launcher could not be compiled; where namespaces are forbidden there will be no sandbox without a network.');

// A Node that cannot make one runs the file instead; `sight.ts` looks which it is.
const made = spawnSync(process.execPath, ['--no-warnings', '--snapshot-blob', `${folder}sandbox.snapshot`, '--build-snapshot', `${folder}sandbox.cjs`], { stdio: 'inherit', env: { MALLOC_ARENA_MAX: '2' } });
if (made.status !== 0) console.warn('No start-up snapshot could be made; sandboxes will start more slowly.');
replace(sandbox);

// The engine resamples with code of ours and reads no picture file.
await write(`${unfinished(engine)}engine.cjs`, here('dist/engine-process/inside/main.js'), {
  external: ['onnxruntime-node'],
  treeshake: { moduleSideEffects: (id) => !ours.test(id) && !/[\\/](packages[\\/]picture|node_modules[\\/]sharp)[\\/]/.test(id) },
});
writeFilter(`${unfinished(engine)}engine.bpf`, 'engine');
replace(engine);
