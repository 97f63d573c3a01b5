import type { RunningAppliance } from './appliance.js';

/** Stages in which the sandbox has the edit. */
const inTheSandbox = /"stage":"(open|decode|edit|encode)"/;
const triesMax = 60;

/** An edit that stands still in its sandbox. */
export interface Caught {
  readonly id: string;
  /** Lets the worker and its sandboxes go on, those that still live. */
  thaw(): void;
}

/** Where an edit is caught: the API process that was asked, and the worker that serves it. */
export interface Where {
  readonly url: string;
  /** The worker and its sandboxes, as they are now. */
  workerPids(): readonly number[];
}

/**
 * Begins edits until one is caught in its sandbox, and holds it there by stopping the worker and its sandboxes. Speed does not
 * matter: an edit that was over before it could be stopped is let go, and the next one is begun.
 */
export async function caughtInTheMiddle(appliance: RunningAppliance, begin: () => Promise<string>, where: Where = ofTheAppliance(appliance)): Promise<Caught> {
  for (let tries = 1; tries <= triesMax; tries++) {
    const id = await begin();
    if (!(await isSeenInTheSandbox(where.url, appliance.apiKey, id))) continue;
    const stopped = where.workerPids();
    signal(stopped, 'SIGSTOP');
    const thaw = (): void => signal(stopped, 'SIGCONT');
    const [row] = await appliance.query<{ state: string }>('SELECT state FROM edits WHERE id = $1', [id]);
    if (row!.state === 'accepted') return { id, thaw };
    thaw();
  }
  throw new Error(`none of ${triesMax} edits could be caught in its sandbox; the picture or the plan is too small for this machine`);
}

/** Signals those of the processes that still live. */
export function signal(pids: readonly number[], name: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, name);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

const ofTheAppliance = (appliance: RunningAppliance): Where => ({ url: appliance.url, workerPids: () => appliance.pidsOf('gpu-worker/dist') });

/** Reads the events of an edit until one says that the sandbox has it, or until it is over. */
async function isSeenInTheSandbox(url: string, apiKey: string, id: string): Promise<boolean> {
  const hangUp = new AbortController();
  const events = await fetch(`${url}/v1/edits/${id}/events`, { headers: { authorization: `Bearer ${apiKey}` }, signal: hangUp.signal });
  if (!events.ok) throw new Error(`the events of an edit were answered with ${events.status}`);
  let told = '';
  try {
    for await (const chunk of events.body!.pipeThrough(new TextDecoderStream())) {
      told += chunk;
      if (inTheSandbox.test(told)) return true;
    }
    return false;
  } finally {
    hangUp.abort();
  }
}
