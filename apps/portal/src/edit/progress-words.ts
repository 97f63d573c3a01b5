import type { Stage } from '@flux-context/contracts';
import { countInWords } from '@flux-context/ui';
import type { Progress } from './run-edit.js';

const stageWords: Readonly<Record<Stage, string>> = {
  receive: 'Receiving your picture',
  seal: 'Sealing your picture',
  queue: 'Waiting for a worker',
  open: 'Opening your picture',
  decode: 'Reading your picture',
  edit: 'Editing',
  encode: 'Writing the result',
  settle: 'Finishing',
  send: 'Sending the result',
};

/** One line for the person, and for the live region. */
export function progressInWords(progress: Progress): string {
  switch (progress.phase) {
    case 'sending':
      return progress.part >= 1 ? 'Picture sent' : `Sending your picture, ${Math.floor(progress.part * 100)} %`;
    case 'waiting':
      if (progress.ahead === undefined) return 'Waiting for a worker';
      return progress.ahead === 0 ? 'You are next' : `${countInWords(progress.ahead, 'edit')} ahead of yours`;
    case 'working':
      return progress.steps === undefined || progress.steps < 2 ? stageWords[progress.stage] : `${stageWords[progress.stage]}, step ${progress.step ?? 1} of ${progress.steps}`;
    default:
      return 'Bringing it back';
  }
}

const stageShare: Readonly<Record<Stage, number>> = { receive: 0.3, seal: 0.32, queue: 0.34, open: 0.4, decode: 0.45, edit: 0.5, encode: 0.8, settle: 0.9, send: 0.94 };

/** How full the bar is, 0 to 1: sending is the first third, the worker the second, bringing back the rest. */
export function progressShare(progress: Progress): number {
  switch (progress.phase) {
    case 'sending':
      return 0.3 * progress.part;
    case 'waiting':
      return stageShare.queue;
    case 'working': {
      const share = stageShare[progress.stage];
      return progress.stage === 'edit' && progress.steps !== undefined ? share + (0.3 * (progress.step ?? 0)) / progress.steps : share;
    }
    default:
      return 0.95;
  }
}
