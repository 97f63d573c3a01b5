import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { findAppliance } from './appliance.js';
import { readConfig, type Environment } from './config.js';

describe('the appliance to speak to', () => {
  let root: string;
  let nested: string;
  let credential: string;
  const find = async (env: Environment, cwd = nested) => {
    const { url, apiKey } = await findAppliance(await readConfig(env), cwd);
    return `${url.origin} ${apiKey}`;
  };
  const leave = (content: unknown, mode = 0o600) => writeFile(credential, JSON.stringify(content), { mode });

  beforeEach(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'flux-'));
    nested = path.join(root, 'photos', '2026');
    credential = path.join(root, '.appliance', 'local-credential.json');
    await mkdir(nested, { recursive: true });
    await mkdir(path.dirname(credential));
    await leave({ url: 'http://127.0.0.1:8081', apiKey: 'local' });
  });
  afterEach(() => rm(root, { recursive: true }));

  it('is the one the environment names', async () => {
    expect(await find({ FLUX_URL: 'https://flux.example.com', FLUX_API_KEY: 'k' })).toBe('https://flux.example.com k');
    await writeFile(path.join(root, 'key'), 'from-file\n');
    expect(await find({ FLUX_URL: 'https://flux.example.com', FLUX_API_KEY_FILE: path.join(root, 'key') })).toBe('https://flux.example.com from-file');
  });

  it('is the local one otherwise, found from any folder below', async () => {
    expect(await find({})).toBe('http://127.0.0.1:8081 local');
    expect(await find({ FLUX_URL: 'http://localhost:8081' })).toBe('http://localhost:8081 local');
    expect(await find({ FLUX_URL: 'http://[::1]:8081' })).toBe('http://[::1]:8081 local');
    expect(await find({ DATA_DIR: '.appliance' }, root)).toBe('http://127.0.0.1:8081 local');
  });

  it.each([
    ['a far address without a key', { FLUX_URL: 'https://flux.example.com' }, 'no key'],
    ['an address that only looks near', { FLUX_URL: 'http://127.evil.example:8081' }, 'no key'],
    ['another port of this computer', { FLUX_URL: 'http://127.0.0.1:9999' }, 'another port'],
    ['another kind of address', { FLUX_URL: 'file:///etc/passwd' }, 'not an address'],
    ['two keys', { FLUX_URL: 'https://flux.example.com', FLUX_API_KEY: 'a', FLUX_API_KEY_FILE: '/x' }, 'both set'],
    ['a key file that is not there', { FLUX_API_KEY_FILE: '/nowhere/key' }, 'cannot be read'],
    ['a data folder without a credential', { DATA_DIR: '/nowhere' }, 'No appliance was found'],
  ])('is refused for %s', async (_, env: Environment, words) => {
    await expect(find(env)).rejects.toThrow(words);
  });

  it.each([0o644, 0o640, 0o604, 0o660])('is not taken from a credential with mode %#o', async (mode) => {
    await chmod(credential, mode);
    await expect(find({})).rejects.toThrow('Others can read');
  });

  it.each([{ url: 'https://collector.example', apiKey: 'x' }, { url: 'http://127.0.0.1:1', apiKey: '' }, { apiKey: 'hush' }, ['hush']])('is not taken from the credential %p', async (content) => {
    await leave(content);
    const refusal: unknown = await find({}).catch((error: unknown) => error);
    expect(String(refusal)).toContain('is not a local credential');
    expect(String(refusal)).not.toContain('hush');
  });
});
