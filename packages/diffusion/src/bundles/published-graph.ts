import { dirname } from 'node:path';
import { type ModelOutline, type ModelPort, readModel } from '../graph/read-model.js';
import { BundleError } from './bundle-error.js';
import { openInside, readSmall } from './inside.js';
import { graphBytesMax, isBundlePath, type PublishedGraph, shardsMax } from './manifest.js';
import type { Spellings } from './spellings.js';

/** Operators that the runtime brings along. Others would need a library of somebody else. */
const domains = new Set(['', 'ai.onnx', 'com.microsoft']);

/** A graph that somebody exported, and how many channels go in or out of it where a latent does. */
export interface Found {
  readonly graph: PublishedGraph;
  readonly inputs: ReadonlyMap<string, ModelPort>;
  readonly output: ModelPort;
}

/**
 * Finds out what the ports of an exported graph mean, and which files hold its weights. `undefined` where there is no such file. Throws
 * `bundle.onnx` where it cannot be fed, `bundle.path` where its weights lie elsewhere, `bundle.too_large`.
 */
export async function findGraph(folder: string, path: string, spelled: Spellings): Promise<Found | undefined> {
  const bytes = await readSmall(folder, path, graphBytesMax);
  if (!bytes) return undefined;
  const outline = read(bytes, path);
  const strange = [...outline.domains].find((domain) => !domains.has(domain));
  if (strange !== undefined) throw refusal(path, 'operators of', strange);
  const data = [...outline.locations].map((location) => `${dirname(path)}/${location}`.replace(/^\.\//, '')).toSorted();
  if (data.length > shardsMax) throw new BundleError('bundle.too_large', path);
  for (const file of data) {
    if (!isBundlePath(file)) throw new BundleError('bundle.path', path);
    await (await openInside(folder, file)).close();
  }
  const inputs = nameInputs(outline, spelled, path);
  const output = outline.outputs.length === 1 ? outline.outputs[0]! : outline.outputs.find(({ name }) => spelled.output.includes(name));
  if (!output) throw refusal(path, 'no output', spelled.output.join(', '));
  if (output.type !== 'float32' && output.type !== 'float16') throw refusal(path, 'the type of', output.name);
  const io = { inputs: Object.fromEntries([...inputs].map(([role, port]) => [role, portOf(port, path)])), output: portOf(output, path) };
  return { graph: { onnx: path, data, io }, inputs, output };
}

function read(bytes: Buffer, path: string): ModelOutline {
  try {
    return readModel(bytes);
  } catch (cause) {
    throw new BundleError('bundle.malformed', path, { cause });
  }
}

/** What each input is for. None may be left over: nobody would feed it. */
function nameInputs({ inputs }: ModelOutline, { inputs: known, required, either }: Spellings, path: string): Map<string, ModelPort> {
  const named = new Map<string, ModelPort>();
  for (const port of inputs) {
    const role = Object.keys(known).find((each) => known[each]!.includes(port.name) && !named.has(each));
    if (role === undefined) throw refusal(path, 'input', port.name);
    named.set(role, port);
  }
  const missing = required.find((role) => !named.has(role)) ?? (either && !either.some((set) => set.every((role) => named.has(role))) ? either[0]![0] : undefined);
  if (missing !== undefined) throw refusal(path, 'no input', missing);
  return named;
}

function portOf({ name, type, shape }: ModelPort, path: string) {
  if (type === undefined) throw refusal(path, 'the type of', name);
  return { name, type, rank: shape.length };
}

/** Names in a graph are somebody else's words: they are cut off, and nothing in them reaches a terminal as it is. */
const refusal = (path: string, what: string, name: string): BundleError => new BundleError('bundle.onnx', `${path}, ${what} ${JSON.stringify(name.slice(0, 80))}`);
