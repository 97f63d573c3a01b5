import { spawnSync } from 'node:child_process';

/** Runs one step with a line that tells what happens and how long it took; its output is shown only when it fails. */
export function step(title, command, args, options = {}) {
  const startedMs = Date.now();
  process.stdout.write(`· ${title} … `);
  const done = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024, ...options });
  const ok = done.status === 0;
  console.log(ok ? `${((Date.now() - startedMs) / 1_000).toFixed(1)} s` : 'failed');
  if (!ok && !options.optional) {
    console.error([done.error?.message, done.stdout, done.stderr].filter(Boolean).join('\n').trim());
    process.exit(1);
  }
  return ok;
}
