/** Hostile calls and hostile files, for journeys as well as for the command line. Needs a running appliance and never touches any other. */
export { runCalls, type CallsOptions, type CallsReport } from './calls/run.js';
export { sentByCalls } from './pictures.js';
export type { Target } from './target.js';
