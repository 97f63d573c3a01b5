import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
import { RunningAppliance } from './appliance.js';
import { content, scratch as folder } from './content.js';
import { photoFile } from './pictures.js';

const root = join(import.meta.dirname, '..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');

/** The shell lines that the README gives a newcomer, by the program they begin with. */
function readmeLines(start: string): string {
  const blocks = [...readme.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block]) => block!);
  const found = blocks.find((block) => block.startsWith(start));
  if (!found) throw new Error(`The README has no block that begins with ${start}`);
  return found;
}

let appliance: RunningAppliance;
beforeAll(async () => {
  appliance = await RunningAppliance.start();
  photoFile();
});
afterAll(async () => {
  await appliance.end();
});

/** Runs README lines as they stand, but for the port, the folders and the photo, which a test may not share with others. */
async function shell(lines: string): Promise<void> {
  const here = lines
    .replaceAll('http://127.0.0.1:8080', appliance.url)
    .replaceAll('./.appliance', appliance.dataDirectory)
    .replaceAll('examples/', `${folder}/`)
    // Bare names are files that the lines make.
    .replaceAll(/(?<=\s)([\w-]+\.(?:jpg|png|json))(?=\s)/g, `${folder}/$1`);
  for (const [, instruction] of lines.matchAll(/"([a-z][\w ,]+)"/g)) content.words(instruction!);
  await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', here], { cwd: root, env: { ...process.env, NODE_OPTIONS: '', DATA_DIR: appliance.dataDirectory } });
}

describe('a newcomer with the README', () => {
  it('edits a photo from the terminal', async () => {
    await shell(readmeLines('npx flux'));
    const edited = await sharp(join(folder, 'square.png')).metadata();
    expect([edited.format, edited.width, edited.height]).toEqual(['png', 400, 400]);
    const { channels } = await sharp(join(folder, 'square.png')).stats();
    expect(Math.abs(channels[0]!.mean - channels[2]!.mean)).toBeLessThan(0.01);
  });

  it('edits a photo by curl', async () => {
    await shell(readmeLines('KEY='));
    const edited = await sharp(join(folder, 'warm.jpg')).metadata();
    expect([edited.format, edited.width, edited.height]).toEqual(['jpeg', 300, 200]);
  });

  it('gets a receipt, and verifies it and the log', async () => {
    await shell(readmeLines('npx flux edit examples/coffee.jpg "make it sepia"'));
    const { receipt } = JSON.parse(readFileSync(join(folder, 'receipt.json'), 'utf8')) as { receipt: { engine: string; sandboxEnded: boolean } };
    expect(receipt).toMatchObject({ engine: 'exact', sandboxEnded: true });
  });

  it('finds everything at its fixed address', async () => {
    for (const path of ['/healthz', '/readyz', '/openapi.json', '/docs', '/']) {
      expect([path, (await fetch(`${appliance.url}${path}`)).status]).toEqual([path, 200]);
    }
  });
});
