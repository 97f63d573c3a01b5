import type { Progress } from '@flux-context/diffusion/bundles';
import { drawBar, type Terminal } from './progress.js';

/** Tells a person how far a model is. */
export interface ByteProgress {
  tell(progress: Progress): void;
  /** What has no measure: the self-test. */
  say(what: string): void;
  /** Takes the bar away, so that what follows starts on a line of its own. */
  stop(): void;
}

const words: Readonly<Record<Progress['stage'], string>> = { copy: 'copying', verify: 'comparing', pack: 'packing' };

const units = ['kB', 'MB', 'GB', 'TB'] as const;

/** `bytes` as a person reads it, in powers of 1,000. */
export function figureOf(bytes: number): string {
  const power = Math.min(Math.max(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), 1), units.length);
  const value = bytes / 1_000 ** power;
  return `${value.toLocaleString('en', { maximumFractionDigits: value < 100 ? 1 : 0 })} ${units[power - 1]}`;
}

function bar(terminal: Terminal): ByteProgress {
  const drawn = drawBar(terminal);
  let started = false;
  const show = (percent: number, what: string) => {
    if (started) drawn.update(percent, { what });
    else drawn.start(100, percent, { what });
    started = true;
  };
  return {
    tell: ({ stage, doneBytes, totalBytes }) => show(totalBytes === 0 ? 100 : Math.floor((doneBytes / totalBytes) * 100), `${words[stage]}, ${figureOf(doneBytes)} of ${figureOf(totalBytes)}`),
    say: (what) => show(100, what),
    stop: () => drawn.stop(),
  };
}

function lines(terminal: Terminal): ByteProgress {
  let told = '';
  const say = (line: string) => {
    if (line !== told) terminal.write(`${line}\n`);
    told = line;
  };
  return { tell: ({ stage, totalBytes }) => say(`${words[stage]} ${figureOf(totalBytes)}`), say, stop: () => undefined };
}

const nothing: ByteProgress = { tell: () => undefined, say: () => undefined, stop: () => undefined };

export function showByteProgress(terminal: Terminal, quiet: boolean): ByteProgress {
  if (quiet) return nothing;
  return terminal.isTTY ? bar(terminal) : lines(terminal);
}
