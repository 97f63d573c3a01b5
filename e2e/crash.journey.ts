import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
import { content, token, unheard } from './content.js';
import { Lane, type Work } from './faults/lane.js';
import { points, type Point } from './faults/points.js';

/** `npm run crash -- --times 10` tries every point that often; the suite tries a few once. */
const times = Number(process.env['CRASH_TIMES'] ?? 0);
/** In the suite only that there is one: how long a process takes to start there is no fault. */
const answerMsMax = times > 0 ? 10_000 : 120_000;
const lanesMax = Number(process.env['CRASH_LANES'] ?? 2);
const only = process.env['CRASH_ONLY'] ?? '';
const tried = points.filter((point) => (times > 0 ? point.name.includes(only) : point.suite));

const lanes: Lane[] = [];
beforeAll(async () => {
  const noise = sharp(randomBytes(640 * 480 * 3), { raw: { width: 640, height: 480, channels: 3 } }).withExif({ IFD0: { ImageDescription: token } });
  const picture = await noise.jpeg({ quality: 90 }).toBuffer();
  const work: Work = { picture, unreadable: picture.subarray(0, 60_000), instruction: `make it ${unheard(77)} warmer`, fileName: `holiday-${token}.jpg` };
  content.picture('input file', picture);
  content.words(work.instruction);
  while (lanes.length < Math.min(lanesMax, tried.length)) lanes.push(await Lane.start(work));
});
afterAll(() => Promise.all(lanes.map((lane) => lane.stop())));

const say = (line: string): void => void (times > 0 && process.stdout.write(`${line}\n`));

/** Every repetition of one point, and whether everything is whole after them. */
async function tryOut(lane: Lane, point: Point): Promise<string[]> {
  const faults: string[] = [];
  let slowestMs = 0;
  for (let time = 0; time < Math.max(1, times); time++) {
    const { faults: found, ms } = await lane.die(point, answerMsMax);
    slowestMs = Math.max(slowestMs, ms);
    faults.push(...found);
  }
  faults.push(...(await lane.contradictions()));
  say(`${faults.length === 0 ? 'held ' : 'FAULT'}  ${point.name} (${point.app}), slowest final answer ${Math.round(slowestMs)} ms`);
  for (const fault of faults) say(`         ${fault}`);
  return faults.map((fault) => `${point.name}: ${fault}`);
}

describe(`kill -9 at ${tried.length} points in the life of an edit, ${Math.max(1, times)} times each`, () => {
  it(`leaves a final answer to a retry within ${answerMsMax / 1_000} s, one charge at most, and ledger, log and disk as they must be`, async () => {
    const waiting = [...tried];
    const faults: string[] = [];
    await Promise.all(lanes.map(async (lane) => {
      for (let point = waiting.shift(); point !== undefined; point = waiting.shift()) faults.push(...(await tryOut(lane, point)));
    }));
    expect(faults).toEqual([]);
  });
});
