import { describe, expect, it } from '@jest/globals';
import { newId, type WorkerAnnouncement } from '@flux-context/contracts';
import { hashCredential, PoolRegistry } from './pool-registry.js';

const definition = (name: string, isPrivate: boolean) => ({ name, private: isPrivate, engines: ['exact'] as const, credentialHash: hashCredential(name) });
const announcement = (pool: string, workerId: string): WorkerAnnouncement => ({
  workerId, pool, epoch: '1', publicKey: 'AA==', engines: ['exact'], models: [], slots: 1, isolation: 'bubblewrap', build: 'spec',
});

describe('the registry of pools', () => {
  it('lets no worker of one pool take the place of another pool’s', () => {
    const registry = new PoolRegistry([definition('shared', false), definition('legal', true)]);
    const workerId = newId('worker');
    registry.announce(announcement('legal', workerId));
    registry.announce(announcement('shared', workerId));
    expect(registry.states().map(({ name }) => name)).toEqual(['shared', 'legal']);
  });

  it('tells a new worker from one that repeats itself, and forgets one that fell silent', () => {
    let now = 0;
    const registry = new PoolRegistry([definition('shared', false)], () => now);
    const workerId = newId('worker');
    expect(registry.announce(announcement('shared', workerId)).newWorker).toBe(true);
    now = 9_000;
    expect(registry.announce(announcement('shared', workerId)).newWorker).toBe(false);
    now = 20_000;
    expect(registry.states()).toEqual([]);
    expect(registry.announce(announcement('shared', workerId)).newWorker).toBe(true);
  });
});
