import { ProblemError, waitInWords } from '@flux-context/ui';

/** A failed edit in plain words: what happened, and what to do. */
export interface Trouble {
  readonly title: string;
  readonly advice: string | undefined;
  /** When trying again can help: now, or after so many seconds. */
  readonly again: { readonly afterSeconds: number; readonly sameKey: boolean } | undefined;
}

/** Codes after which it is certain that nothing was charged, because the edit was refused before a unit was reserved. */
const refusedBefore = /^(request|principal|picture|mask|instruction|plan|quota|capacity|pool|model|idempotency)\./;
const kept = 'Your picture is still here.';

/** What to do, where the sentence of the code itself does not say it. */
const advice: Readonly<Partial<Record<ProblemError['code'], string>>> = {
  'principal.missing': 'Open a new sign-in link in another tab, then try again here: your picture stays.',
  'principal.forbidden': 'Ask an administrator for a role that may edit.',
  'quota.exhausted': 'Your picture and your words stay here. When there are edits again, press Try again.',
  'connection.lost': `${kept} Trying again cannot charge you twice.`,
  'edit.deadline': kept,
  'picture.too_large': 'Download it as JPEG or WebP, which are smaller, open that file and go on from there.',
  'mask.mismatch': 'Clear the mask and paint it again.',
};

/** Where the code's own sentence speaks to programs. */
const titles: Readonly<Partial<Record<ProblemError['code'], string>>> = {
  'capacity.parcels': 'The appliance is busy with other pictures.',
  'principal.missing': 'You are signed out.',
  'edit.result_gone': 'The result did not arrive in time and was deleted.',
};

export function troubleOf(error: unknown): Trouble {
  if (!(error instanceof ProblemError)) return { title: 'Something went wrong in this browser.', advice: `${kept} Try again, or reload the page after saving.`, again: { afterSeconds: 0, sameKey: true } };
  const { code, message, status, retryAfterSeconds } = error;
  const mayTryAgain = error.retryable || status === 402 || status === 401 || code === 'internal.unexpected';
  const limit = error.problem?.limit;
  const parts = [
    limit === undefined ? undefined : `The limit is ${limit.value.toLocaleString('en')} (${limit.name}).`,
    retryAfterSeconds === undefined ? undefined : `You can try again ${waitInWords(retryAfterSeconds)}.`,
    advice[code],
    refusedBefore.test(code) && !message.includes('Nothing was charged') ? 'Nothing was charged.' : undefined,
    error.problem !== undefined && code.startsWith('internal.') ? `Request id: ${error.problem.requestId}` : undefined,
  ].filter((part) => part !== undefined);
  return {
    title: titles[code] ?? message,
    advice: parts.length === 0 ? undefined : parts.join(' '),
    again: mayTryAgain ? { afterSeconds: retryAfterSeconds ?? 0, sameKey: code === 'connection.lost' } : undefined,
  };
}
