import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Random secrets of this installation, one file each (mode 0600), made at the first start and kept. */
export class SecretFiles {
  constructor(private readonly directory: string) {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    chmodSync(directory, 0o700);
  }

  /** The file of a secret, made when it is missing. */
  file(name: string): string {
    const path = join(this.directory, name);
    if (!existsSync(path)) writeFileSync(path, randomBytes(32).toString('base64url'), { mode: 0o600, flag: 'wx' });
    return path;
  }

  read(name: string): string {
    return readFileSync(this.file(name), 'utf8');
  }
}
