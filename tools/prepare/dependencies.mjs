import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { step } from './step.mjs';

const stamp = 'node_modules/.installed-lock';

/** Its installer would fetch the CUDA libraries from elsewhere, and fail the whole installation where it cannot; a GPU's image brings its own. */
process.env['ONNXRUNTIME_NODE_INSTALL'] = 'skip';

/**
 * Installs what package-lock.json names, when it changed since the last time. Not by `npm ci`: it insists on entries for the
 * binaries of every platform, which registries behind a company's wall often do not carry. The lock is read, never written.
 * With `--include=dev`, because NODE_ENV=production would leave out the compiler.
 */
export function installDependencies() {
  const lock = createHash('sha256').update(readFileSync('package-lock.json')).update(process.version).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  step('Installing dependencies (about a minute)', 'npm', ['install', '--include=dev', '--no-save', '--no-audit', '--no-fund']);
  writeFileSync(stamp, lock);
}
