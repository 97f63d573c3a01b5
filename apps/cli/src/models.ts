import { stat } from 'node:fs/promises';
import path from 'node:path';
import {
  type Bundle, type Conversion, findBundle, follow, importArchive, type Imported, importFolder, type ImportOptions, KeyError, listBundles, packBundle, readSigningKey, readTrustedKeys, removeBundle, verifyBundle,
} from '@flux-context/diffusion/bundles';
import { type ByteProgress, figureOf, showByteProgress } from './byte-progress.js';
import { readConfig } from './config.js';
import { CancelledError, FileError, UsageError } from './errors.js';
import { printable } from './explain.js';
import { findModelsFolder } from './models-folder.js';
import type { Surroundings } from './surroundings.js';

export interface Wish {
  readonly json?: boolean;
  readonly quiet?: boolean;
}

export interface ImportWish extends Wish, Pick<ImportOptions, 'id' | 'precision'> {
  readonly keys?: string;
  readonly selfTest?: boolean;
}

export interface PackWish extends Wish {
  readonly output: string;
  readonly key: string;
}

/** Weights are calculated with in 32 bits on a processor, beside those on the disk that are being read. */
const memoryPerByte = 3;

const bytesOf = ({ manifest: { files } }: Bundle): number => files.reduce((total, { bytes }) => total + bytes, 0);

/** What a script is told about a bundle. */
const summaryOf = (bundle: Bundle) => {
  const { id, family, precision, pipelines, licence } = bundle.manifest;
  return { id, family, precision, pipelines, licence, bytes: bytesOf(bundle) };
};

function describeLicence({ manifest: { licence } }: Bundle): string {
  return licence.requiresAcceptance ? `${licence.name}; locked until an administrator has recorded a commercial licence for it` : licence.name;
}

function explainConversion({ tensors, widened, flushed }: Conversion): string[] {
  if (tensors + widened === 0) return [];
  const kept = widened > 0 ? `; ${widened} hold larger values than F16 can and were kept as F32` : '';
  return [`${tensors} tensors were written as F16${kept}; ${flushed.toLocaleString('en')} values below 0.00000003 became zero.`];
}

/** Gives what the file system and the keys say, and Ctrl-C, the words of this program. */
async function told<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (signal.aborted) throw new CancelledError();
    if (error instanceof KeyError) throw new UsageError(error.message);
    const { syscall, code, path: name = 'A file' } = error as NodeJS.ErrnoException;
    if (typeof syscall === 'string') throw new FileError(code === 'EEXIST' ? `${name} exists already. Choose another name.` : `${name} cannot be read or written (${code}).`);
    throw error;
  }
}

/** The commands on models. They work on files alone: no appliance need run, and none is asked. */
export class Models {
  constructor(private readonly surroundings: Surroundings) {}

  private async folder(): Promise<string> {
    const { env, cwd } = this.surroundings;
    return findModelsFolder(await readConfig(env), cwd);
  }

  /** Shows progress while the work goes on, and takes it away before anything else is written. */
  private async follow<T>({ quiet, json }: Wish, work: (progress: ByteProgress) => Promise<T>): Promise<T> {
    const progress = showByteProgress(this.surroundings.stderr, quiet === true || json === true);
    try {
      return await told(this.surroundings.signal, () => work(progress));
    } finally {
      progress.stop();
    }
  }

  private say({ json, quiet }: Wish, lines: readonly string[], object: object): void {
    const { stdout } = this.surroundings;
    if (json) stdout.write(`${JSON.stringify(object)}\n`);
    else if (!quiet) stdout.write(`${lines.map((line) => printable(line)).join('\n')}\n`);
  }

  async list(wish: Wish): Promise<void> {
    const folder = await this.folder();
    const { bundles, refused } = await told(this.surroundings.signal, () => listBundles(folder));
    const lines = [
      ...bundles.map((bundle) => `${bundle.manifest.id}  ${figureOf(bytesOf(bundle))}  ${bundle.manifest.family}  ${describeLicence(bundle)}`),
      ...refused.map(({ id, error }) => `${id}  cannot be used. ${error.message}`),
    ];
    if (lines.length === 0) lines.push(`No model is installed in ${folder}. \`flux models import\` brings one in.`);
    this.say(wish, lines, { folder, models: bundles.map(summaryOf), refused: refused.map(({ id, error: { code, message: title } }) => ({ id, code, title })) });
  }

  async import(source: string, wish: ImportWish): Promise<void> {
    const folder = await this.folder();
    const started = performance.now();
    const { bundle, conversion, tried } = await this.follow(wish, (progress) => this.bring(source, folder, wish, progress));
    const seconds = Number(((performance.now() - started) / 1_000).toFixed(1));
    const trial = tried ? 'It was loaded and made a small picture on this processor.' : `It was not tried out here: that takes about ${figureOf(bytesOf(bundle) * memoryPerByte)} of free memory.`;
    const lines = [`Installed ${bundle.manifest.id}, ${figureOf(bytesOf(bundle))}, in ${seconds} s.`, ...explainConversion(conversion), ...(wish.selfTest === false ? [] : [trial]), `Licence: ${describeLicence(bundle)}.`];
    this.say(wish, lines, { ...summaryOf(bundle), conversion, tried, seconds });
  }

  private async bring(source: string, folder: string, wish: ImportWish, progress: ByteProgress): Promise<Imported & { tried: boolean }> {
    const { id, precision, keys } = wish;
    const { env, cwd, signal } = this.surroundings;
    let tried = false;
    const selfTest = async (bundle: Bundle) => {
      tried = wish.selfTest !== false && (await this.tryOut(bundle, progress));
    };
    const followed = { onProgress: progress.tell, signal, selfTest };
    const from = path.resolve(cwd, source);
    if ((await stat(from)).isDirectory()) return { ...(await importFolder(from, folder, { ...followed, ...(id !== undefined && { id }), ...(precision && { precision }) })), tried };
    if (id !== undefined || precision) throw new UsageError('A packed model has its name and its precision already. Give --id and --precision where it is packed.');
    const trusted = keys ?? (await readConfig(env)).modelKeys;
    if (trusted === undefined) throw new UsageError('A packed model is opened only with the key of whoever packed it. Name the folder of trusted public keys with --keys, or MODEL_KEYS.');
    return { ...(await importArchive(from, folder, await readTrustedKeys(path.resolve(cwd, trusted)), followed)), tried };
  }

  /** Only here is the runtime needed, so only here is it loaded. */
  private async tryOut(bundle: Bundle, progress: ByteProgress): Promise<boolean> {
    if (process.availableMemory() < bytesOf(bundle) * memoryPerByte) return false;
    progress.say('trying it out');
    const { selfTest } = await import('@flux-context/diffusion');
    await selfTest(bundle, this.surroundings.signal);
    return true;
  }

  async verify(id: string | undefined, wish: Wish): Promise<void> {
    const folder = await this.folder();
    const { signal } = this.surroundings;
    const ids = id === undefined ? await this.installed(folder) : [id];
    const bundles = await this.follow(wish, async ({ tell: onProgress }) => {
      const found = await Promise.all(ids.map((name) => findBundle(folder, name)));
      const counting = follow('verify', found.reduce((total, bundle) => total + bytesOf(bundle), 0), { onProgress, signal });
      for (const bundle of found) await verifyBundle(bundle, counting);
      return found;
    });
    this.say(wish, bundles.map((bundle) => `${bundle.manifest.id}: all ${bundle.manifest.files.length} files are as they were installed.`), { verified: bundles.map(summaryOf) });
  }

  /** All names, those that cannot be used among them, so that verifying everything finds these too. */
  private async installed(folder: string): Promise<string[]> {
    const { bundles, refused } = await told(this.surroundings.signal, () => listBundles(folder));
    if (bundles.length + refused.length === 0) throw new UsageError(`No model is installed in ${folder}.`);
    return [...bundles.map(({ manifest }) => manifest.id), ...refused.map(({ id }) => id)].toSorted();
  }

  async remove(id: string, wish: Wish): Promise<void> {
    const folder = await this.folder();
    await told(this.surroundings.signal, () => removeBundle(folder, id));
    this.say(wish, [`Removed ${id}. A running worker lets it go within seconds, once the edits that it has are over.`], { removed: id });
  }

  async pack(id: string, wish: PackWish): Promise<void> {
    const folder = await this.folder();
    const { cwd, signal } = this.surroundings;
    const output = path.resolve(cwd, wish.output);
    const key = await told(signal, () => readSigningKey(path.resolve(cwd, wish.key)));
    const bundle = await this.follow(wish, async ({ tell: onProgress }) => {
      const found = await findBundle(folder, id);
      await packBundle(found, output, key, { onProgress, signal });
      return found;
    });
    const lines = [`Packed ${id}, ${figureOf(bytesOf(bundle))}, signed as ${key.id}: ${wish.output}`, `Import it with ${key.id}.pem in the folder of trusted keys.`];
    this.say(wish, lines, { ...summaryOf(bundle), output: wish.output, keyId: key.id });
  }
}
