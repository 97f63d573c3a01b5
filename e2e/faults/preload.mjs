/**
 * Loaded before the API and the worker when the crash test starts them, and by nobody else: kills the process with SIGKILL at
 * the point of points.json that the file `armed` of the folder in this module's address names. The product itself has no fault
 * points: its methods are wrapped here, from outside.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const folder = new URL(import.meta.url).searchParams.get('folder');
const points = JSON.parse(readFileSync(new URL('points.json', import.meta.url), 'utf8'));
const script = /apps\/(api|gpu-worker)\/dist\/main\.js$/.exec(process.argv[1] ?? '');
const isServing = script !== null && process.argv.length === 2;

async function wrap(dist, point) {
  const [className, method] = point.method.split('.');
  const { prototype } = (await import(new URL(point.file, dist).href))[className];
  const original = prototype[method];
  if (typeof original !== 'function') throw new Error(`points.json names ${point.method}, of ${point.file}, which there is not.`);
  prototype[method] = wrappers[point.at](original, point);
}

const wrappers = {
  before: (original, point) =>
    function (...args) {
      if (isMeant(point, args[0])) fall(point, this);
      return original.apply(this, args);
    },
  after: (original, point) =>
    function (...args) {
      const result = original.apply(this, args);
      const then = (value) => {
        if (isMeant(point, value)) fall(point, this);
        return value;
      };
      return result instanceof Promise ? result.then(then) : then(result);
    },
  /** In the middle of a stream: when its second piece is asked for, or its end. */
  amid: (original, point) =>
    async function* (...args) {
      for await (const piece of original.apply(this, args)) {
        yield piece;
        fall(point, this);
      }
    },
};

/** `some`: a list that is not empty. Another word: the stage that a sandbox tells. */
function isMeant({ only }, value) {
  if (only === undefined) return true;
  return only === 'some' ? value.length > 0 : value?.stage === only;
}

/** Dies if this point is the next that is armed. Synchronous, so that nothing else happens in between. */
function fall(point, self) {
  const file = join(folder, 'armed');
  let armed;
  try {
    armed = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return;
    throw error;
  }
  if (armed[0] !== point.name) return;
  if (armed.length === 1) renameSync(file, join(folder, 'fallen'));
  else {
    writeFileSync(`${file}-next`, JSON.stringify(armed.slice(1)));
    renameSync(`${file}-next`, file);
  }
  if (point.app === 'sandbox') process.kill(-self.pid, 'SIGKILL');
  else process.kill(process.pid, 'SIGKILL');
}

if (isServing) {
  const [, app] = script;
  const dist = pathToFileURL(fileURLToPath(new URL(`../../apps/${app}/dist/`, import.meta.url)));
  // Decorators need it before the first class.
  if (app === 'api') await import(pathToFileURL(createRequire(process.argv[1]).resolve('reflect-metadata')).href);
  const here = points.filter((point) => point.app === app || (app === 'gpu-worker' && point.app === 'sandbox'));
  for (const point of here) await wrap(dist, point);
}
