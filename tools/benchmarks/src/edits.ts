import { fork } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism, cpus } from 'node:os';
import sharp from 'sharp';
import { startMeasured, type Measured } from './appliance.js';
import { closedLoop, type Figures } from './closed-loop.js';
import { MemoryWatch } from './memory.js';
import { StageTimes } from './stages.js';
import { cases, photo } from './workload.js';

/**
 * The whole request against bare sharp in one process: same pictures, same operations, same output, one run, a closed loop.
 * Each pair runs back to back, peer first and last, so that a drift of the machine shows.
 */
const sizes = [
  { name: '1 MP', width: 1_152, height: 864, edits: 240 },
  { name: '12 MP', width: 4_000, height: 3_000, edits: 200 },
];

interface Row extends Figures {
  readonly peakMiB: number;
}

/** `npm run bench -- 0.25` does a quarter of the edits. */
const share = Number(process.argv[2] ?? 1);

const appliance = await startMeasured();
try {
  console.log(`\n${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} cores, Node ${process.versions.node}, sharp ${sharp.versions.sharp}, libvips ${sharp.versions.vips}\n`);
  for (const size of sizes) for (const concurrency of [1, 16]) await compare({ ...size, edits: Math.ceil(size.edits * share) }, concurrency);
} finally {
  await appliance.stop();
}

async function compare(size: (typeof sizes)[number], concurrency: number): Promise<void> {
  const picture = await photo(size.width, size.height);
  const first = await bare(size, concurrency);
  const { ours, stages } = await whole(appliance, picture, size.edits, concurrency);
  const last = await bare(size, concurrency);
  const peer: Row = { ...first, p50Ms: (first.p50Ms + last.p50Ms) / 2, p95Ms: (first.p95Ms + last.p95Ms) / 2, editsPerSecond: (first.editsPerSecond + last.editsPerSecond) / 2, peakMiB: Math.max(first.peakMiB, last.peakMiB) };
  console.log(`${size.name}, concurrency ${concurrency}, ${size.edits} edits`);
  print('bare sharp', peer);
  print('appliance', ours);
  console.log(`  ratio       p50 ${(ours.p50Ms / peer.p50Ms).toFixed(2)}x   edits/s ${(ours.editsPerSecond / peer.editsPerSecond).toFixed(2)}x   (peer drifted ${((last.p50Ms / first.p50Ms - 1) * 100).toFixed(0)} %)`);
  console.log(`  stages, ms  ${Object.entries(stages).map(([stage, ms]) => `${stage} ${ms.toFixed(1)}`).join('   ')}\n`);
}

async function whole(measured: Measured, picture: Buffer, edits: number, concurrency: number): Promise<{ ours: Row; stages: Record<string, number> }> {
  const edit = (index: number) => measured.edit(picture, cases[index % cases.length]!.instruction);
  await closedLoop(12, Math.min(concurrency, 4), edit);
  const times = new StageTimes(measured.metricsUrl);
  await times.start();
  const memory = new MemoryWatch(measured.pid);
  const figures = await closedLoop(edits, concurrency, edit);
  return { ours: { ...figures, peakMiB: memory.stop() }, stages: await times.stop() };
}

/** In a process of its own, so that its memory is its own. */
async function bare(size: (typeof sizes)[number], concurrency: number): Promise<Row> {
  const child = fork(new URL('./bare.js', import.meta.url), [JSON.stringify({ ...size, concurrency })]);
  const memory = new MemoryWatch(child.pid!);
  const [figures] = (await once(child, 'message')) as [Figures];
  const peakMiB = memory.stop();
  child.kill();
  return { ...figures, peakMiB };
}

function print(name: string, row: Row): void {
  console.log(`  ${name.padEnd(11)} p50 ${row.p50Ms.toFixed(1)} ms   p95 ${row.p95Ms.toFixed(1)} ms   ${row.editsPerSecond.toFixed(1)} edits/s   peak ${row.peakMiB.toFixed(0)} MiB`);
}
