import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
import ts from 'typescript';
import { RunningAppliance } from './appliance.js';
import { content, scratch as folder } from './content.js';
import { photoFile } from './pictures.js';

const root = join(import.meta.dirname, '..');
const page = (path: string) => readFileSync(join(root, 'docs', path), 'utf8');
const blocks = (language: string) => [...page('api/edits.md').matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map(([, block]) => block!);

/** The shell lines of the guide, without those that say where the appliance and its key are. */
const shellBlocks = blocks('sh').filter((block) => !block.startsWith('export'));
const plans = blocks('json').filter((block) => block.includes('"operations"'));

let appliance: RunningAppliance;
beforeAll(async () => {
  appliance = await RunningAppliance.start();
  mkdirSync(join(folder, 'examples'));
  for (const name of ['examples/coffee.jpg', 'photo.jpg']) photoFile(name);
  for (const [, instruction] of page('api/edits.md').matchAll(/instruction="([^"]+)"/g)) content.words(instruction!);
  const { width, height } = await sharp(join(folder, 'photo.jpg')).metadata();
  await sharp({ create: { width, height, channels: 3, background: 'white' } }).toFile(join(folder, 'mask.png'));
});
afterAll(async () => {
  await appliance.end();
});

async function run(program: string, ...args: string[]): Promise<void> {
  const env = { ...process.env, NODE_OPTIONS: '', FLUX_URL: appliance.url, FLUX_API_KEY: appliance.apiKey };
  await promisify(execFile)(program, args, { cwd: folder, env });
}

const sizeOf = async (name: string) => {
  const { format, width, height } = await sharp(join(folder, name)).metadata();
  return [format, width, height];
};

describe('a developer with the guide to edits', () => {
  it('runs its lines of curl as they stand, with each of its plans', async () => {
    expect([shellBlocks.length, plans.length]).toEqual([3, 2]);
    for (const block of shellBlocks) {
      for (const plan of block.includes('plan.json') ? plans : ['']) {
        writeFileSync(join(folder, 'plan.json'), plan);
        await run('bash', '-euo', 'pipefail', '-c', block);
      }
    }
    expect(await sizeOf('square.jpg')).toEqual(['jpeg', 400, 400]);
    expect(await sizeOf('sepia.jpg')).toEqual(['jpeg', 600, 400]);
    expect(await sizeOf('framed.png')).toEqual(['png', 680, 480]);
  });

  it('runs its TypeScript', async () => {
    const [program] = blocks('ts');
    writeFileSync(join(folder, 'edit.mjs'), ts.transpile(program!, { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 }));
    await run(process.execPath, 'edit.mjs');
    expect(await sizeOf('warm.jpg')).toEqual(['jpeg', 300, 200]);
  });
});

describe('an operator with the page of the embedded form', () => {
  it('finds every figure of ours explained', async () => {
    const log = readFileSync(join(appliance.dataDirectory, 'logs/worker.log'), 'utf8');
    const workerPort = /"port":(\d+),"msg":"worker ready"/.exec(log)?.[1];
    for (const url of [appliance.metricsUrl, `http://127.0.0.1:${workerPort}/metrics`]) {
      const names = [...(await (await fetch(url)).text()).matchAll(/^# HELP (\w+)/gm)].map(([, name]) => name!).filter((name) => !/^(process|nodejs)_/.test(name));
      expect(names.length).toBeGreaterThan(3);
      expect(names.filter((name) => !page('operate/embedded.md').includes(`\`${name}`))).toEqual([]);
    }
  });
});
