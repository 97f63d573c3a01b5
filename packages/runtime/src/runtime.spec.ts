import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { CodedError, ConfigError, createLogger, createMetrics, type LogFields, loadConfig, Secret, secret, serveMetrics } from './index.js';

describe('Secret', () => {
  it('prints as [secret] in every form and gives its value only on request', () => {
    const value = new Secret('hunter2');
    expect([String(value), JSON.stringify({ value }), inspect({ value }), inspect(value, { showHidden: true })]).toEqual(
      ['[secret]', '{"value":"[secret]"}', '{ value: [secret] }', '[secret]'],
    );
    expect(value.reveal()).toBe('hunter2');
  });
});

describe('loadConfig', () => {
  const schema = z.object({ HTTP_PORT: z.coerce.number().int().max(65_535).default(8080), PASSWORD: secret(8), OTHER: secret().optional(), MODE: z.enum(['a', 'b']) });

  it('reads secrets from files and takes empty variables as absent', () => {
    const path = join(mkdtempSync(join(tmpdir(), 'config-')), 'password');
    writeFileSync(path, 'long enough\n');
    const config = loadConfig(schema, { HTTP_PORT: '', PASSWORD_FILE: path, MODE: 'b' });
    expect(config.HTTP_PORT).toBe(8080);
    expect(config.PASSWORD.reveal()).toBe('long enough');
  });

  it('lists every fault at once and never a value', () => {
    const load = () => loadConfig(schema, { HTTP_PORT: '70001', PASSWORD: 'tiny', OTHER: 'zzz', OTHER_FILE: '/nowhere', MODE: 'nonsense' });
    expect(load).toThrow(ConfigError);
    const faults = (() => { try { load(); } catch (error) { return (error as ConfigError).faults; } return []; })();
    expect(faults.map((fault) => fault.split(':')[0])).toEqual(['OTHER', 'HTTP_PORT', 'PASSWORD', 'MODE']);
    expect(faults.join()).not.toMatch(/70001|tiny|zzz|nonsense/);
  });
});

describe('createLogger', () => {
  const written = (fields: LogFields) => {
    const lines: string[] = [];
    createLogger({ app: 'test', level: 'info', destination: { write: (line) => lines.push(line) } }).info('something happened', fields);
    return lines.join('');
  };

  it('keeps allowed fields and drops the others', () => {
    const line = written({ editId: 'edt_1', instruction: 'paint my house' } as LogFields);
    expect(JSON.parse(line)).toMatchObject({ app: 'test', level: 'info', editId: 'edt_1', msg: 'something happened' });
    expect(line).not.toContain('paint');
  });

  it('keeps class, code and frames of a foreign error but not a word of its message', () => {
    const foreign = Object.assign(new TypeError('cannot read\n    at paint my house (words:1:1)'), { code: 'ERR_X' });
    const line = written({ error: new CodedError('internal.unexpected', { cause: foreign, internal: 'while sealing' }) });
    const { error } = JSON.parse(line) as { error: { internal: string; cause: { class: string; code: string; frames: string[] } } };
    expect(error).toMatchObject({ class: 'CodedError', internal: 'while sealing', cause: { class: 'TypeError', code: 'ERR_X' } });
    expect(error.cause.frames[0]).toContain('runtime.spec.ts');
    expect(line).not.toMatch(/paint|cannot read/);
  });
});

describe('createMetrics', () => {
  it('gives no figure the ending of a counter that is none', async () => {
    const metrics = await createMetrics().getMetricsAsJSON();
    expect(metrics.filter(({ name, type }) => name.endsWith('_total') && String(type) !== 'counter')).toEqual([]);
  });
});

describe('serveMetrics', () => {
  it('serves the figures of the process at /metrics and nothing else', async () => {
    const listener = await serveMetrics(createMetrics(), { host: '127.0.0.1', port: 0 });
    try {
      const answer = await fetch(`http://127.0.0.1:${listener.port}/metrics`);
      expect(await answer.text()).toContain('process_cpu_seconds_total');
      expect((await fetch(`http://127.0.0.1:${listener.port}/`)).status).toBe(404);
    } finally {
      await listener.close();
    }
  });
});
