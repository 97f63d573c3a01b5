import type { Environment } from './config.js';
import type { Streams } from './edit-command.js';

/** Everything a run touches, so that a test can be the terminal. */
export interface Surroundings extends Streams {
  readonly env: Environment;
  readonly cwd: string;
}
