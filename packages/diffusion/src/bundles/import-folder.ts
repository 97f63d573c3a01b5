import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { BundleError } from './bundle-error.js';
import { describeSource } from './families.js';
import { type BundleFile, fileBytesMax, isBundleId } from './manifest.js';
import { addConversions, type Conversion, conversionOf, hasBf16, surveyWeights, unconverted, writeAsHalf } from './precision.js';
import { follow, type Followed } from './progress.js';
import { type Bundle, type Following, readPieces } from './read-bundle.js';
import { readWeights, SourceFolder } from './source-folder.js';
import { type SelfTest, Staging } from './staging.js';

export interface Trying {
  readonly selfTest?: SelfTest;
}

export interface ImportOptions extends Followed, Trying {
  /** The bundle's name; without it, that of the folder. */
  readonly id?: string;
  /** Whether BF16 weights are written anew as F16, which more providers calculate with. */
  readonly precision?: 'published' | 'fp16';
}

export interface Imported {
  readonly bundle: Bundle;
  /** Zero throughout where nothing was written anew, or an earlier run has done it. */
  readonly conversion: Conversion;
}

const idOf = (folder: string): string => basename(resolve(folder)).toLowerCase().replaceAll(/[^a-z0-9.-]+/g, '-').replaceAll(/^[.-]+|-+$/g, '').slice(0, 64);

/** What must be done for one file, and what its bytes depend on. */
interface SourceFile {
  readonly path: string;
  readonly bytes: number;
  readonly origin: string;
  /** Its bytes, where it is not copied but made. */
  readonly made?: Buffer;
}

async function survey({ folder, paths, made }: SourceFolder, precision: string): Promise<SourceFile[]> {
  const copied = paths.map(async (path) => {
    const { size: bytes, mtimeMs } = await stat(join(folder, path));
    if (bytes > fileBytesMax) throw new BundleError('bundle.too_large', path);
    return { path, bytes, origin: `${resolve(folder, path)} ${bytes} ${mtimeMs} ${precision}` };
  });
  const built = [...made].map(([path, bytes]) => ({ path, bytes: bytes.length, made: bytes, origin: createHash('sha256').update(bytes).digest('hex') }));
  return [...(await Promise.all(copied)), ...built];
}

/** Copies one file, or writes it anew in F16. A weight is looked at before it is written, so weights are read twice. */
async function stageFile(staging: Staging, folder: string, { path, origin, made }: SourceFile, convert: boolean, following: Following): Promise<[BundleFile, Conversion]> {
  if (made) return [await staging.write(path, origin, [made]), unconverted];
  if (!path.endsWith('.safetensors')) return [await staging.write(path, origin, readPieces(folder, path, following)), unconverted];
  const surveyed = await surveyWeights(folder, path, await readWeights(folder, path), following);
  if (!convert || !hasBf16(surveyed.table)) return [await staging.write(path, origin, readPieces(folder, path, following)), unconverted];
  return [await staging.write(path, origin, writeAsHalf(folder, path, surveyed, following)), conversionOf(surveyed)];
}

const readings = ({ path, bytes }: SourceFile): number => (path.endsWith('.safetensors') ? 2 * bytes : bytes);
const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

/**
 * Brings an unmodified diffusers folder into the models folder: recognised, checked weight by weight, copied, compared, and visible
 * only when whole. The source stays as it is. Throws `BundleError`, or the reason of `signal`.
 */
export async function importFolder(folder: string, modelsFolder: string, options: ImportOptions = {}): Promise<Imported> {
  const { id = idOf(folder), precision = 'fp16' } = options;
  if (!isBundleId(id)) throw new BundleError('bundle.id', id);
  const source = new SourceFolder(folder);
  const description = await describeSource(source, id);
  const plan = await survey(source, precision);
  const staging = await Staging.open(modelsFolder, id);
  return staging.attempt(async () => {
    await staging.reserve(sum(plan.map(({ bytes }) => bytes)));
    const copying = follow('copy', sum(plan.map(readings)), options);
    const files: BundleFile[] = [];
    let conversion = unconverted;
    let readBytes = 0;
    const resuming = options.signal ? { signal: options.signal } : {};
    for (const file of plan) {
      const staged = await staging.find(file.path, file.origin, resuming);
      const [written, converted] = staged ? [staged, unconverted] : await stageFile(staging, folder, file, precision === 'fp16', copying);
      files.push(written);
      conversion = addConversions(conversion, converted);
      copying.reach((readBytes += readings(file)));
    }
    const manifest = { ...description, precision, files };
    const bundle = await staging.publish(manifest, follow('verify', sum(files.map(({ bytes }) => bytes)), options), options.selfTest);
    return { bundle, conversion };
  });
}
