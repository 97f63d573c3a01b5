import { ConfigError } from '@flux-context/runtime';
import { ancestors } from './ancestors.js';
import { Appliance } from './appliance.js';
import { readSettings, type Settings } from './settings.js';

function settingsOrEnd(): Settings {
  try {
    return readSettings(process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(`\n${error.message}`);
    process.exit(1);
  }
}

const appliance = new Appliance(settingsOrEnd());

/** Ends everything once, whatever asked for it, and then this process. `fault`: what went wrong, in a sentence for the user. */
let stopping = false;
const stop = (status: number, fault?: string) => {
  if (stopping) return;
  stopping = true;
  if (fault === undefined) console.log('\nStopping …');
  else console.error(`\n${fault}`);
  appliance.stop().then(
    () => process.exit(status),
    () => process.exit(1),
  );
};

process.on('SIGINT', () => stop(0));
process.on('SIGTERM', () => stop(0));
process.on('SIGHUP', () => stop(0));

/** When npm itself is killed nobody forwards its end: then the line of ancestors changes. */
const byNpm = process.env['npm_lifecycle_event'] !== undefined;
const startedBy = ancestors(byNpm);
setInterval(() => ancestors(byNpm) !== startedBy && stop(1), 500).unref();

try {
  const { url, signInUrl, seconds } = await appliance.start((reason) => stop(1, reason));
  console.log(`\nready ${url}  (${seconds.toFixed(1)} s)\n\n  Sign in once, within 15 minutes:\n  ${signInUrl}\n\n  From the terminal:  npx flux edit photo.jpg "make it black and white" -o out.png\n  API documentation:  ${url}/docs\n  Stop with Ctrl-C.\n`);
} catch (error) {
  stop(1, error instanceof Error ? error.message : String(error));
}
