import { describe, expect, it } from '@jest/globals';
import { RateCounter, type Share } from './rate-counter.js';

/** The one minute that processes share, and how often it was asked. */
function sharedMinute() {
  const asked = new Map<string, number>();
  const clock = { ms: 0 };
  let writes = 0;
  const take = async (key: string, share: number, limit: number): Promise<Share> => {
    writes += 1;
    const minute = `${key} ${Math.floor(clock.ms / 60_000)}`;
    const before = asked.get(minute) ?? 0;
    asked.set(minute, before + share);
    return { given: Math.max(0, Math.min(share, limit - before)), left: Math.max(0, limit - before - share), endsInMs: 60_000 - (clock.ms % 60_000) };
  };
  const process = (limits = { person: 100, address: 10 }) => new RateCounter({ limits, take, forget: async () => undefined, nowMs: () => clock.ms });
  return { process, clock, writes: () => writes };
}

const times = async (count: number, call: () => Promise<{ admitted: boolean }>) => {
  const standings = await Promise.all(Array.from({ length: count }, call));
  return standings.filter(({ admitted }) => admitted).length;
};

describe('counting requests', () => {
  it('admits exactly the limit in a minute, however many come at once, and all of it again in the next', async () => {
    const { process, clock } = sharedMinute();
    const counter = process();
    expect(await times(250, () => counter.count('person', 'a'))).toBe(100);
    clock.ms += 59_999;
    expect(await counter.count('person', 'a')).toEqual({ admitted: false, limit: 100, remaining: 0, resetMs: 1 });
    clock.ms += 1;
    expect(await times(250, () => counter.count('person', 'a'))).toBe(100);
  });

  it('writes once for a twentieth of the limit, and not at all for what it refuses', async () => {
    const { process, writes } = sharedMinute();
    const counter = process();
    await times(100, () => counter.count('person', 'a'));
    expect(writes()).toBe(20);
    await counter.count('person', 'a');
    expect(writes()).toBe(21);
    await times(10_000, () => counter.count('person', 'a'));
    expect(writes()).toBe(21);
  });

  it('never admits more than the limit through several processes, and refuses too early by their unspent shares at most', async () => {
    const { process } = sharedMinute();
    const [one, two, three] = [process(), process(), process()];
    // The other two took a share of five each, and spent one request of it.
    await Promise.all([two.count('person', 'a'), three.count('person', 'a')]);
    expect(await times(1_000, () => one.count('person', 'a'))).toBe(90);
    expect(await times(1_000, () => two.count('person', 'a'))).toBe(4);
    expect(await times(1_000, () => three.count('person', 'a'))).toBe(4);
  });

  it('counts people, and addresses, each for themselves', async () => {
    const { process } = sharedMinute();
    const counter = process();
    expect(await times(200, () => counter.count('person', 'a'))).toBe(100);
    expect(await times(200, () => counter.count('person', 'b'))).toBe(100);
    expect(await times(200, () => counter.count('address', 'a'))).toBe(10);
  });

  it('keeps what people have left however many addresses come', async () => {
    const { process } = sharedMinute();
    const counter = process();
    await counter.count('person', 'a');
    for (let flood = 0; flood < 20; flood++) await times(1_001, ((address) => () => counter.count('address', `${flood} ${address++}`))(0));
    expect(await times(200, () => counter.count('person', 'a'))).toBe(99);
  });

  it('tells what remains and when a new minute begins', async () => {
    const { process, clock } = sharedMinute();
    clock.ms = 20_000;
    const counter = process();
    expect(await counter.count('person', 'a')).toEqual({ admitted: true, limit: 100, remaining: 99, resetMs: 40_000 });
    expect((await counter.count('person', 'a')).remaining).toBe(98);
  });

  it('admits nobody while the shared minute cannot be asked, and goes on when it can', async () => {
    const { process } = sharedMinute();
    let broken = true;
    const healthy = process();
    const counter = new RateCounter({
      limits: { person: 10, address: 10 }, forget: async () => undefined,
      take: async () => {
        if (broken) throw new Error('no database');
        return { given: 1, left: 9, endsInMs: 60_000 };
      },
    });
    await expect(counter.count('person', 'a')).rejects.toThrow('no database');
    broken = false;
    expect(await counter.count('person', 'a')).toMatchObject({ admitted: true });
    expect(await healthy.count('person', 'a')).toMatchObject({ admitted: true });
  });
});
