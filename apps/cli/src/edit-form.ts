import { openAsBlob } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { OutputFormat } from '@flux-context/contracts';
import { plan as planSchema } from '@flux-context/instructions';
import { UsageError } from './errors.js';

/** What an edit is made of. File names stay here: the parts go out under neutral ones. */
export interface EditWish {
  readonly picture: string;
  readonly instruction?: string;
  readonly plan?: string;
  readonly mask?: string;
  readonly reference: readonly string[];
  readonly engine?: 'auto' | 'exact' | 'diffusion';
  readonly model?: string;
  readonly seed?: number;
  readonly format?: OutputFormat;
  readonly quality?: number;
}

async function readAll(stream: AsyncIterable<Uint8Array>): Promise<Blob> {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  for await (const piece of stream) pieces.push(Uint8Array.from(piece));
  return new Blob(pieces);
}

async function openFile(file: string): Promise<Blob> {
  try {
    return await openAsBlob(file);
  } catch {
    throw new UsageError(`${file} cannot be read.`);
  }
}

/** A file as a blob that is read while it is sent, or all of the standard input. */
async function open(file: string, stdin: AsyncIterable<Uint8Array>): Promise<Blob> {
  const blob = file === '-' ? await readAll(stdin) : await openFile(file);
  if (blob.size === 0) throw new UsageError(file === '-' ? 'Nothing came in on the standard input.' : `${file} is empty.`);
  return blob;
}

/** The plan, checked here already, so that a slip of the pen costs no upload. */
async function readPlan(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => {
    throw new UsageError(`${file} cannot be read.`);
  });
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new UsageError(`${file} is not JSON.`);
  }
  const checked = planSchema.safeParse(parsed);
  if (checked.success) return text;
  throw new UsageError([`${file} is not a plan:`, ...checked.error.issues.slice(0, 10).map(({ path, message }) => `  ${path.join('.') || 'plan'}: ${message}`)].join('\n'));
}

export async function buildForm(wish: EditWish, stdin: AsyncIterable<Uint8Array>): Promise<FormData> {
  const form = new FormData();
  if (wish.instruction !== undefined) form.set('instruction', wish.instruction);
  if (wish.plan !== undefined) form.set('plan', await readPlan(wish.plan));
  const output = { format: wish.format, quality: wish.quality };
  form.set('options', JSON.stringify({ engine: wish.engine, model: wish.model, seed: wish.seed, output }));
  form.set('image', await open(wish.picture, stdin), 'image');
  if (wish.mask !== undefined) form.set('mask', await open(wish.mask, stdin), 'mask');
  for (const file of wish.reference) form.append('reference', await open(file, stdin), 'reference');
  return form;
}
