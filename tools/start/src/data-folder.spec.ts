import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { takeDataFolder } from './data-folder.js';

let home: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'data folder é-'));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

describe('takeDataFolder', () => {
  it('refuses a folder that a living process has, and takes it when that process was killed', async () => {
    const folder = join(home, 'taken');
    takeDataFolder(join(home, 'free'));
    const other = spawn('sh', ['-c', 'mkdir -p "$1" && exec 3>>"$1/lock" && flock -n 3 && echo taken && exec sleep 60', 'sh', folder], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(other.stdout, 'data');
    expect(() => takeDataFolder(folder)).toThrow(`Another appliance is running on the data folder ${folder}.`);
    other.kill('SIGKILL');
    await once(other, 'exit');
    expect(() => takeDataFolder(folder)).not.toThrow();
  });

  it('keeps what it took', () => {
    const folder = join(home, 'kept');
    takeDataFolder(folder);
    expect(() => takeDataFolder(folder)).toThrow(/Another appliance/);
  });

  it('is what a second start on the same folder tells, and all', async () => {
    const folder = join(home, 'kept by us');
    takeDataFolder(folder);
    const second = spawn(process.execPath, [join(import.meta.dirname, '../dist/main.js')], { env: { PATH: process.env['PATH'], DATA_DIR: folder }, stdio: ['ignore', 'pipe', 'pipe'] });
    const [said, complained, [status]] = await Promise.all([text(second.stdout), text(second.stderr), once(second, 'close') as Promise<[number]>]);
    expect([said, complained.trim(), status]).toEqual(['', `Another appliance is running on the data folder ${folder}. Stop it, or set DATA_DIR to another folder.`, 1]);
  });

  it('says in words why a folder cannot be used', () => {
    const file = join(home, 'file');
    writeFileSync(file, '');
    expect(() => takeDataFolder(file)).toThrow(`The data folder ${file} cannot be used: there is a file in its place. Set DATA_DIR to another folder.`);
  });
});
