import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Isolation } from '@flux-context/contracts';
import { importFolder } from '@flux-context/diffusion';
import { createLogger } from '@flux-context/runtime';
import { findSight } from '../sandbox/sight.js';
import { repository } from '../worker.spec-parts.js';
import { engineCommand } from './engine-command.js';
import { Engine, type EngineOptions } from './engine.js';
import type { Asker } from './engine-process.js';
import type { Question } from './frames.js';

export const fixture = (family: string) => path.join(repository, 'packages/diffusion/fixtures', family);

/** A models folder with the tiny klein, installed as an operator would. It sees pictures small, so that large ones take no minutes here. */
export async function tinyModels(areaMax = 65_536): Promise<string> {
  const folder = mkdtempSync(path.join(tmpdir(), 'flux-models-'));
  await importFolder(fixture('flux2-klein'), folder, { id: 'tiny-klein', precision: 'published' });
  const manifest = path.join(folder, 'tiny-klein/bundle.json');
  writeFileSync(manifest, readFileSync(manifest, 'utf8').replace('"maxArea": 1048576', `"maxArea": ${areaMax}`));
  return folder;
}

/** The same bundle under another name, with a file changed after it was installed. */
export function copyOf(folder: string, id: string): string {
  cpSync(path.join(folder, 'tiny-klein'), path.join(folder, id), { recursive: true });
  return path.join(folder, id);
}

const dist = path.join(repository, 'apps/gpu-worker/dist');

/** The engine from built files, isolated like the product's. */
export function startEngine(modelsFolder: string, more: Partial<EngineOptions> & { isolation?: Isolation; models?: readonly string[] } = {}): Engine {
  const { isolation = 'bubblewrap', models = [], ...options } = more;
  return new Engine({
    command: () => engineCommand({ modelsFolder, models, provider: 'cpu', threads: 1 }, { isolation, devices: [], paths: [] }, findSight(path.join(dist, 'sandbox-bundle/sandbox.cjs')), path.join(dist, 'engine-bundle/engine.cjs')),
    patience: { loadMsMax: 60_000, cancelMsMax: 30_000 },
    modelsFolder,
    editsMax: undefined,
    logger: createLogger({ app: 'spec', level: 'silent' }),
    ...options,
  });
}

export interface Answered {
  readonly code: string | undefined;
  readonly image: Buffer;
  readonly roundTrip: Buffer;
  readonly steps: readonly string[];
}

export const questionOf = (prompt: string, change: Partial<Question> = {}): Question => ({
  model: 'tiny-klein', promptBytes: Buffer.byteLength(prompt), pictures: [{ width: 64, height: 64 }], mask: false, seed: 1, roundTrip: false, ...change,
});

/** Asks as a sandbox would, through a pipe that comes in pieces. */
export async function ask(engine: Engine, prompt: string, more: Partial<Question> & { signal?: AbortSignal; onStep?: Asker['onStep'] } = {}): Promise<Answered> {
  const { signal = new AbortController().signal, onStep, ...change } = more;
  const question = questionOf(prompt, change);
  const steps: string[] = [];
  const taken: Buffer[] = [];
  let answered: { image: { width: number; height: number }; roundTrip: boolean } | undefined;
  const code = await engine.ask(question, bytesOf(question, prompt), {
    signal,
    onStep: (step, of) => (steps.push(`${step}/${of}`), onStep?.(step, of)),
    take: async (line, bytes) => {
      answered = line;
      for await (const piece of bytes) taken.push(Buffer.from(piece));
    },
  });
  const pixels = Buffer.concat(taken);
  const size = answered ? answered.image.width * answered.image.height * 3 : 0;
  return { code, image: pixels.subarray(0, size), roundTrip: pixels.subarray(size), steps };
}

async function* bytesOf({ pictures, mask }: Question, prompt: string): AsyncGenerator<Buffer> {
  yield Buffer.from(prompt, 'utf8');
  for (const { width, height } of pictures) yield Buffer.from(Uint8Array.from({ length: width * height * 3 }, (_, at) => (at * 7) % 256));
  if (mask) yield Buffer.alloc(pictures[0]!.width * pictures[0]!.height, 255);
}
