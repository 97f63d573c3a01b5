import { existsSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Isolation } from '@flux-context/contracts';
import { filtered, nobody, type Sight } from '../sandbox/isolation.js';
import { linkedLibraries } from '../sandbox/sight.js';
import type { EngineCommand } from './engine-process.js';
import type { EngineSettings } from './inside/load-models.js';

/** The bundled engine, beside this file's folder: see `bundle.mjs`. */
const bundled = fileURLToPath(new URL('../engine-bundle/engine.cjs', import.meta.url));

/** What the engine may have of the host. */
export interface EngineBounds {
  readonly isolation: Isolation;
  /** Memory that it may write to, in bytes; as much as the host gives when absent. */
  readonly memoryBytesMax?: number | undefined;
  readonly devices: readonly string[];
  readonly paths: readonly string[];
  readonly libraryPath?: string | undefined;
}

/** Where the filter of system calls is read from, as bubblewrap is told. */
export const engineFilterDescriptor = 3;

/**
 * The command line of the engine. Isolated as sandboxes are (no network, nothing to write to, none of the host's files but those it
 * needs), with two differences: it sees the models, and devices where it is given some. Drivers of devices make system calls
 * of their own, so with a device there is no filter, and where the filter is all that denies the network, none is denied.
 */
export function engineCommand(settings: EngineSettings, bounds: EngineBounds, { launcher, setprivFilters }: Pick<Sight, 'launcher' | 'setprivFilters'>, entry = bundled): EngineCommand {
  if (!existsSync(entry)) throw new Error('The engine is not built. Run `npm run build`.');
  const node = realpathSync(process.execPath);
  const bundledFilter = path.join(path.dirname(entry), 'engine.bpf');
  const filter = bounds.devices.length === 0 && existsSync(bundledFilter) ? bundledFilter : undefined;
  // Without a device the filter is what denies the launcher's engine the network, so it must not be missing unnoticed.
  if (bounds.isolation === 'landlock' && bounds.devices.length === 0 && filter === undefined) throw new Error('The filter of the engine is not built. Run `npm run build`.');
  const parts = { launcher, setprivFilters, files: [...new Set([...filesOf(node, entry), settings.modelsFolder, ...bounds.paths])], filter };
  const limits = ['--fsize=0', ...(bounds.memoryBytesMax === undefined ? [] : [`--data=${bounds.memoryBytesMax}`]), '--'];
  const args = [...limits, ...forms[bounds.isolation](bounds, parts), node, '--no-warnings', '--disable-proto=delete', entry, JSON.stringify(settings)];
  // onnxruntime's builds for Linux report to their maker unless they are told not to.
  const env = { PATH: '/usr/bin:/bin:/usr/sbin:/sbin', ORT_DISABLE_TELEMETRY: '1', OPENSSL_CONF: '/nowhere', ...(bounds.libraryPath !== undefined && { LD_LIBRARY_PATH: bounds.libraryPath }) };
  return { program: 'prlimit', args, env, filter: takesFilter.has(bounds.isolation) ? filter : undefined };
}

/** From which onnxruntime learns what processor it is on. */
const cores = '/sys/devices/system/cpu';

/** By a namespace of its own, or where sockets are filtered. */
export const deniesNetwork = ({ isolation, devices }: EngineBounds): boolean => isolation !== 'process' && (isolation !== 'landlock' || devices.length === 0);

/** By a descriptor; `setpriv` reads the file itself. */
const takesFilter: ReadonlySet<Isolation> = new Set<Isolation>(['bubblewrap', 'landlock']);

interface Parts extends Pick<Sight, 'launcher' | 'setprivFilters' | 'filter'> {
  /** Files and folders that it reads. */
  readonly files: readonly string[];
}

const forms: Record<Isolation, (bounds: EngineBounds, parts: Parts) => string[]> = {
  bubblewrap: ({ devices }, { files, filter }) => [
    'bwrap', '--unshare-all', '--die-with-parent', '--new-session', '--cap-drop', 'ALL',
    ...(filter === undefined ? [] : ['--seccomp', String(engineFilterDescriptor)]),
    '--proc', '/proc', '--dev', '/dev',
    ...devices.flatMap((device) => ['--dev-bind', device, device]),
    '--ro-bind-try', cores, cores,
    ...files.flatMap((file) => ['--ro-bind', file, file]),
    '--remount-ro', '/proc', '--remount-ro', '/', '--chdir', '/', '--',
  ],
  // The launcher takes nobody without a filter.
  landlock: (bounds, parts) =>
    parts.filter === undefined
      ? forms.process(bounds, parts)
      : [parts.launcher, '--parent', String(process.pid), '--descriptors', String(engineFilterDescriptor + 1), '--filter', String(engineFilterDescriptor), ...[...parts.files, '/proc/cpuinfo', cores].flatMap((file) => ['--see', file]), '--'],
  namespaces: (_bounds, parts) => [
    'setpriv', ...nobody(), '--pdeathsig', 'KILL', '--',
    'unshare', '--user', '--map-root-user', '--net', '--pid', '--ipc', '--uts', '--mount', '--fork', '--kill-child', '--mount-proc', '--',
    'setpriv', '--no-new-privs', '--bounding-set=-all', '--inh-caps=-all', '--',
    ...filtered(parts),
  ],
  process: (_bounds, parts) => ['setpriv', '--pdeathsig', 'KILL', '--no-new-privs', '--', ...filtered(parts)],
};

/** This Node, the bundled code, onnxruntime, and the shared objects that these are linked with. */
function filesOf(node: string, entry: string): string[] {
  const require = createRequire(entry);
  const runtime = packageOf(require.resolve('onnxruntime-node'));
  const common = packageOf(createRequire(path.join(runtime, 'package.json')).resolve('onnxruntime-common'));
  const native = path.join(runtime, `bin/napi-v6/${process.platform}/${process.arch}/onnxruntime_binding.node`);
  const folders = [path.dirname(entry), runtime, common];
  const libraries = [node, native].flatMap(linkedLibraries).filter((library) => !folders.some((folder) => library.startsWith(`${folder}/`)));
  return [node, ...folders, ...libraries];
}

function packageOf(file: string): string {
  const folder = path.dirname(file);
  return existsSync(path.join(folder, 'package.json')) && path.basename(path.dirname(folder)) === 'node_modules' ? folder : packageOf(folder);
}
