import { stages, type EditStatus } from '@flux-context/contracts';
import { Presets, SingleBar } from 'cli-progress';

/** Where a run tells what happens; a TTY or not. */
export type Terminal = NodeJS.WritableStream & { readonly isTTY?: boolean };

/** Tells a person how far an edit is. */
export interface Progress {
  sending(): void;
  status(status: EditStatus): void;
  /** Takes the bar away, so that what follows starts on a line of its own. */
  stop(): void;
}

const words: Readonly<Record<(typeof stages)[number], string>> = {
  receive: 'receiving', seal: 'sealing', queue: 'waiting', open: 'opening', decode: 'decoding',
  edit: 'editing', encode: 'encoding', settle: 'settling', send: 'fetching',
};

/** One line for a status, without steps. */
export function describeStatus({ state, stage = 'queue', queuePosition }: EditStatus): string {
  if (state === 'failed') return 'failed';
  if (state !== 'accepted') return words.send;
  return stage === 'queue' && queuePosition ? `${words.queue}, ${queuePosition} ahead` : words[stage];
}

/** How much of the way is done, from 0 to 1: stages count alike, and steps fill the stage they belong to. */
export function fractionOf({ state, stage = 'queue', step, steps }: EditStatus): number {
  if (state !== 'accepted') return stages.indexOf('send') / stages.length;
  return (stages.indexOf(stage) + (step !== undefined && steps ? Math.min(step / steps, 1) : 0)) / stages.length;
}

/** A bar from 0 to 100 with what is going on beside it, as `what`. */
export const drawBar = (terminal: Terminal): SingleBar =>
  new SingleBar({ stream: terminal, format: '{bar} {percentage}%  {what}', clearOnComplete: true, hideCursor: true, linewrap: false, gracefulExit: false, barsize: 30 }, Presets.shades_grey);

function bar(terminal: Terminal): Progress {
  const drawn = drawBar(terminal);
  let reached = 0;
  return {
    sending: () => drawn.start(100, 0, { what: 'sending' }),
    status(status) {
      reached = Math.max(reached, Math.round(fractionOf(status) * 100));
      const steps = status.state === 'accepted' && status.steps ? ` ${status.step ?? 0}/${status.steps}` : '';
      drawn.update(reached, { what: describeStatus(status) + steps });
    },
    stop: () => drawn.stop(),
  };
}

function lines(terminal: Terminal): Progress {
  let told = '';
  const tell = (line: string) => {
    if (line !== told) terminal.write(`${line}\n`);
    told = line;
  };
  return { sending: () => tell('sending'), status: (status) => tell(describeStatus(status)), stop: () => undefined };
}

const nothing: Progress = { sending: () => undefined, status: () => undefined, stop: () => undefined };

export function showProgress(terminal: Terminal, quiet: boolean): Progress {
  if (quiet) return nothing;
  return terminal.isTTY ? bar(terminal) : lines(terminal);
}
