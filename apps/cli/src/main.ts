import { environment } from './config.js';
import { exitCodes } from './errors.js';
import { runProgram } from './program.js';

const cancelling = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.on(name, () => {
    if (cancelling.signal.aborted) process.exit(exitCodes.cancelled);
    cancelling.abort();
  });
}

const { stdin, stdout, stderr } = process;
process.exitCode = await runProgram(process.argv.slice(2), { env: environment, cwd: process.cwd(), stdin, stdout, stderr, signal: cancelling.signal });
