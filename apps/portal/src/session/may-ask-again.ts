import { ProblemError } from '@flux-context/ui';

/** Whether a reading call is worth repeating: only what the API or the connection calls passing, and twice at most. */
export const mayAskAgain = (failures: number, error: Error): boolean => failures < 2 && error instanceof ProblemError && error.retryable;
