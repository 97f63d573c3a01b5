import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { ConfigError, createMetrics, loadConfig, nodeOptions, Secret, secret, serveMetrics } from './index.js';

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

describe('NODE_OPTIONS', () => {
  const schema = z.object({ NODE_OPTIONS: nodeOptions });

  it.each(['--heapsnapshot-signal=SIGUSR2', '--max-old-space-size=512 --heapsnapshot-near-heap-limit=1', '--inspect', '--inspect=0.0.0.0:9229', '"--inspect-brk"', '--heap_prof', '--cpu-prof-dir=/tmp', '--abort-on-uncaught-exception'])('are refused with %s', (NODE_OPTIONS) => {
    expect(() => loadConfig(schema, { NODE_OPTIONS })).toThrow('NODE_OPTIONS: asks for memory in a file');
  });

  it.each(['', '--max-old-space-size=512', '--enable-source-maps --secure-heap=4194304', '--inspect-port=0'])('may be %j', (NODE_OPTIONS) => {
    expect(() => loadConfig(schema, { NODE_OPTIONS })).not.toThrow();
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
