import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { openPipeline, type DiffusionStage } from '@flux-context/diffusion';
import { importFolder } from '@flux-context/diffusion/bundles';

/**
 * Our side of `speed.py`: makes its edit on its picture, noise and threads, and prints the figures as JSON. Arguments: the folder that it
 * wrote, threads, edits to count after a first one that is not.
 */
const [folder, threads, edits] = [process.argv[2]!, Number(process.argv[3]), Number(process.argv[4])];
const prompt = 'replace the sky with warm light';
const side = Number(readFileSync(join(folder, 'side'), 'utf8'));
const picture = { width: side, height: side, data: new Uint8Array(readFileSync(join(folder, 'picture.rgb'))) };
const noise = new Float32Array(new Uint8Array(readFileSync(join(folder, 'noise.f32'))).buffer);

const seconds = (): number => performance.now() / 1000;
const figures: Record<string, number[]> = { encodePrompt: [], prepareLatents: [], step: [], decodeLatents: [], edit: [], processor: [] };
const figureOf: Record<DiffusionStage, string> = { encodePrompt: 'encodePrompt', prepareLatents: 'prepareLatents', denoise: 'step', decodeLatents: 'decodeLatents' };

const { bundle } = await importFolder(join(folder, 'klein'), await mkdtemp(join(folder, 'models-')));
const beganLoading = seconds();
const pipeline = await openPipeline(bundle, { provider: 'cpu', threads, noise: () => noise.slice() });
const load = seconds() - beganLoading;
try {
  for (let at = 0; at <= edits; at += 1) {
    const began: [string, number][] = [];
    const before = process.cpuUsage();
    const { image } = await pipeline.edit({ prompt, references: [picture], seed: 0, steps: 4 }, { onStep: (stage) => began.push([figureOf[stage], seconds()]) });
    const ended = seconds();
    const { user, system } = process.cpuUsage(before);
    if (at === edits) writeFileSync(join(folder, 'ours.rgb'), image.data);
    if (at > 0) count(began, ended, (user + system) / 1e6);
  }
} finally {
  await pipeline.close();
}
console.log(JSON.stringify({ ...figures, load, peakMiB: process.resourceUsage().maxRSS / 1024 }));

/** Each stage lasts until the next begins. */
function count(began: readonly [string, number][], ended: number, processor: number): void {
  began.forEach(([name, moment], at) => figures[name]!.push((began[at + 1]?.[1] ?? ended) - moment));
  figures['edit']!.push(ended - began[0]![1]);
  figures['processor']!.push(processor);
}
