import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runCalls, sentByCalls } from '@flux-context/hostile';
import { RunningAppliance } from './appliance.js';
import { content } from './content.js';

let appliance: RunningAppliance;
beforeAll(async () => {
  const { pictures, words } = await sentByCalls();
  for (const [name, picture] of pictures) content.picture(name, picture);
  content.words(...words);
  appliance = await RunningAppliance.start({ REDELIVERY_SECONDS: '5' });
});
afterAll(async () => {
  await appliance.end();
});

describe('600 calls made from the contract, a fifth of them spoiled', () => {
  it('are answered as documented: no 5xx, no other status or form, no word of the input in an error', async () => {
    const report = await runCalls(appliance, { calls: 600, seed: 1 });
    expect(report.faults).toEqual([]);
    expect(report.deep / report.calls).toBeGreaterThan(0.6);
  });
});
