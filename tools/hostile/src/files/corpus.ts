import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { damages } from '../damage.js';
import { wholePictures } from '../pictures.js';
import { Random } from '../random.js';

export interface HostileFile {
  /** Where it came from: a folder and what kind of file, or a damage and the picture that suffered it. */
  readonly group: string;
  readonly name: string;
  read(): Buffer;
}

/** Every file below the folders. */
export function filesIn(folders: readonly string[]): HostileFile[] {
  return folders.flatMap((folder) => below(folder).map((path) => ({ group: `${basename(folder)} ${extname(path).toLowerCase() || 'no suffix'}`, name: path, read: () => readFileSync(path) })));
}

function below(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return below(path);
    return entry.isFile() && statSync(path).size > 0 ? [path] : [];
  });
}

/** `count` damaged pictures, the same for the same seed: every damage on every format in turn. */
export async function damagedFiles(count: number, seed: number): Promise<HostileFile[]> {
  const pictures = [...(await wholePictures())];
  const kinds = Object.entries(damages);
  const random = new Random(seed);
  const files: HostileFile[] = [];
  for (let turn = 0; files.length < count; turn++) {
    const [name, whole] = pictures[turn % pictures.length]!;
    const [kind, damage] = kinds[Math.floor(turn / pictures.length) % kinds.length]!;
    const bytes = damage(whole, random);
    if (bytes) files.push({ group: `damaged ${kind}`, name: `${kind} ${name} ${turn}`, read: () => bytes });
  }
  return files;
}
