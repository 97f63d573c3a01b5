import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';

/** What the import of a model writes last. */
const manifest = 'bundle.json';
const everyMs = 2_000;

/** Changes when a bundle comes, goes or is installed anew; empty where there is none. Names and times of manifests are all that is looked at, and nothing of an import that goes on. */
export function fingerprintOf(folder: string): string {
  if (!existsSync(folder)) return '';
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .flatMap(({ name }) => {
      const found = statSync(path.join(folder, name, manifest), { throwIfNoEntry: false });
      return found ? [`${name} ${found.mtimeMs} ${found.size}`] : [];
    })
    .toSorted()
    .join('\n');
}

/** Tells when the bundles of a folder are others. It asks again and again, because a volume of a cluster tells nobody what another host wrote. */
export class ModelsWatch {
  private readonly timer: NodeJS.Timeout;
  private known: string;

  constructor(
    private readonly folder: string,
    private readonly onChange: () => void,
  ) {
    this.known = fingerprintOf(folder);
    this.timer = setInterval(() => this.look(), everyMs).unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private look(): void {
    const found = this.fingerprint();
    if (found === undefined || found === this.known) return;
    this.known = found;
    this.onChange();
  }

  /** A volume that is away for a moment takes no model from an engine that has it loaded. */
  private fingerprint(): string | undefined {
    try {
      return existsSync(this.folder) ? fingerprintOf(this.folder) : undefined;
    } catch {
      return undefined;
    }
  }
}
