import { describe, expect, it } from '@jest/globals';
import { empiricalMu, FlowMatchEulerDiscreteScheduler, flowMatchConfig, linearMu } from './flow-match-euler-discrete.js';

const config = flowMatchConfig.parse({ _class_name: 'FlowMatchEulerDiscreteScheduler', shift: 3, use_dynamic_shifting: true });
const scheduler = new FlowMatchEulerDiscreteScheduler(config);
const near = (values: Iterable<number>, digits = 6): number[] => Array.from(values, (value) => Number(value.toFixed(digits)));

describe('the schedule of FLUX', () => {
  it('is that of four klein steps, for each size of the result', () => {
    expect(near(scheduler.schedule(4, empiricalMu(4096, 4)).sigmas)).toEqual([1, 0.967384, 0.908144, 0.7672, 0]);
    expect(near(scheduler.schedule(4, empiricalMu(4056, 4)).sigmas)).toEqual([1, 0.967277, 0.907861, 0.766594, 0]);
    expect(near(scheduler.schedule(4, empiricalMu(1024, 4)).sigmas)).toEqual([1, 0.958085, 0.883982, 0.717497, 0]);
  });

  it('is that of twenty-eight Kontext steps', () => {
    const mu = linearMu(4056, config);
    expect(near([mu, linearMu(4096, config)])).toEqual([1.143229, 1.15]);
    const { sigmas } = scheduler.schedule(28, linearMu(4096, config));
    expect(near([sigmas[0]!, sigmas[1]!, sigmas[2]!, sigmas[27]!, sigmas[28]!])).toEqual([1, 0.988409, 0.976222, 0.104721, 0]);
  });

  it('stays noisy for less long beyond 4300 tokens, which is why results are kept below', () => {
    expect(near([empiricalMu(4300, 4), empiricalMu(4400, 4)], 3)).toEqual([2.308, 1.201]);
  });

  it('has one step where one is asked for', () => {
    expect([...scheduler.schedule(1, 2).sigmas]).toEqual([1, 0]);
  });

  it('can have a fixed shift, which ignores mu', () => {
    const fixed = new FlowMatchEulerDiscreteScheduler(flowMatchConfig.parse({ shift: 3 }));
    expect(near(fixed.schedule(2, 99).sigmas)).toEqual([1, 0.75, 0]);
  });

  it('refuses what it does not do', () => {
    for (const option of [{ use_karras_sigmas: true }, { stochastic_sampling: true }, { invert_sigmas: true }, { shift_terminal: 0.02 }, { time_shift_type: 'linear' }]) {
      expect(flowMatchConfig.safeParse(option).success).toBe(false);
    }
  });
});

describe('steps', () => {
  it('walk along the velocity, in place', () => {
    const latents = Float32Array.of(1, -2);
    scheduler.step(latents, Float32Array.of(2, 4), 1, 0.5);
    expect([...latents]).toEqual([0, -4]);
  });

  it('end at the picture when the velocity points away from it', () => {
    const [picture, noise] = [Float32Array.of(0.25, -3), Float32Array.of(1, 2)];
    const velocity = noise.map((value, at) => value - picture[at]!);
    const latents = scheduler.scaleNoise(picture, 1, noise);
    expect([...latents]).toEqual([...noise]);
    const { sigmas } = scheduler.schedule(4, 2);
    for (let at = 0; at < 4; at += 1) {
      scheduler.step(latents, velocity, sigmas[at]!, sigmas[at + 1]!);
      expect(near(latents, 5)).toEqual(near(scheduler.scaleNoise(picture, sigmas[at + 1]!, noise), 5));
    }
    expect(near(latents, 5)).toEqual([...picture]);
  });
});
