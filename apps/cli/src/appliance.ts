import { open, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { isIP } from 'node:net';
import type { Config } from './config.js';
import { UsageError } from './errors.js';

/** Which appliance to speak to, and with what. */
export interface Appliance {
  readonly url: URL;
  readonly apiKey: string;
}

const credentialName = 'local-credential.json';
const houseDirectory = fileURLToPath(new URL('../../../', import.meta.url));

const isLoopback = ({ hostname }: URL): boolean => hostname === 'localhost' || hostname === '[::1]' || (isIP(hostname) === 4 && hostname.startsWith('127.'));
const portOf = ({ port, protocol }: URL): string => port || (protocol === 'https:' ? '443' : '80');

/** The data directory named, or `.appliance` in this folder, in any above it, and where this program is installed from. */
export function dataFolders(cwd: string, named: string | undefined): string[] {
  if (named) return [path.resolve(cwd, named)];
  const folders: string[] = [];
  for (let folder = cwd; ; folder = path.dirname(folder)) {
    folders.push(folder);
    if (folder === path.dirname(folder)) break;
  }
  return [...folders, houseDirectory].map((folder) => path.join(folder, '.appliance'));
}

function parse(text: string, file: string): Appliance {
  try {
    const { url, apiKey } = JSON.parse(text) as { url?: unknown; apiKey?: unknown };
    if (typeof url === 'string' && typeof apiKey === 'string' && apiKey && isLoopback(new URL(url))) return { url: new URL(url), apiKey };
  } catch {
    // Told below, without a word of the file: it holds a key.
  }
  throw new UsageError(`${file} is not a local credential. Start the appliance again to renew it.`);
}

/** Reads a credential that its owner alone can read. Anything else could have been put there, or read, by somebody else. */
async function readCredential(file: string): Promise<Appliance | undefined> {
  let handle: FileHandle;
  try {
    handle = await open(file);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw new UsageError(`${file} cannot be read. It belongs to whoever started the appliance; set FLUX_URL and FLUX_API_KEY instead.`);
  }
  try {
    const { mode, uid } = await handle.stat();
    if ((mode & 0o077) !== 0) throw new UsageError(`Others can read ${file}, so it is not used. Run: chmod 600 ${file}`);
    if (process.getuid && uid !== process.getuid() && uid !== 0) throw new UsageError(`${file} belongs to somebody else, so it is not used.`);
    return parse(await handle.readFile('utf8'), file);
  } finally {
    await handle.close();
  }
}

async function findCredential(cwd: string, named: string | undefined): Promise<Appliance | undefined> {
  for (const folder of dataFolders(cwd, named)) {
    const found = await readCredential(path.join(folder, credentialName));
    if (found) return found;
  }
  return undefined;
}

/**
 * The appliance that the environment names, or the local one by the credential that its start left in the data directory.
 * That credential goes to its own port on this computer and nowhere else.
 */
export async function findAppliance({ url, apiKey, dataDirectory }: Config, cwd: string): Promise<Appliance> {
  if (url && apiKey) return { url, apiKey };
  if (url && !isLoopback(url)) throw new UsageError('FLUX_URL names an appliance, but there is no key. Set FLUX_API_KEY, or FLUX_API_KEY_FILE.');
  const local = await findCredential(cwd, dataDirectory);
  if (!local) throw new UsageError('No appliance was found. Start one here with `npm start`, or set FLUX_URL and FLUX_API_KEY.');
  if (url && portOf(url) !== portOf(local.url)) throw new UsageError(`FLUX_URL names another port than the local appliance (${local.url.origin}). Unset it, or set FLUX_API_KEY.`);
  return { url: url ?? local.url, apiKey: apiKey ?? local.apiKey };
}
