/**
 * What the lock keeps and what it costs:
 *   node packages/region-lock/bench/lock.mjs kept [megapixels] [seeds]     per kind of edit and per fault of the model
 *   node packages/region-lock/bench/lock.mjs cost [megapixels ...]         time and peak memory, each case in a process of its own
 * (after a build)
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { fit, prepare } from '@flux-context/picture';
import { applyChange, findChange } from '../dist/index.js';
import { sourceToModel } from '../dist/placement.js';
import { WeightRows } from '../dist/weight-rows.js';
import { asModelGives, edited, editKinds, measured, randomOf, scene, tints } from './synthetic.mjs';

const rules = { kind: 'area-cap-centre-crop', multiple: 16, maxArea: 1024 * 1024, minSide: 64, maxAspect: 8 };

const faults = {
  none: () => ({}),
  noise: () => ({ noise: 1 }),
  'shift 0-3 px': (random) => ({ shift: [random() * 6 - 3, random() * 6 - 3] }),
  'scale 0.99-1.01': (random) => ({ scale: 0.99 + random() * 0.02 }),
  'tint warm': () => ({ tint: tints.warm }),
  'tint faded': () => ({ tint: tints.faded }),
  'all of them': (random) => ({ noise: 1, shift: [random() * 6 - 3, random() * 6 - 3], scale: 0.99 + random() * 0.02, tint: random() < 0.5 ? tints.warm : tints.faded }),
};

const sized = (megapixels) => {
  const width = Math.round(Math.sqrt(megapixels * 1.5e6));
  return [width, Math.round(width / 1.5)];
};

const weightsOf = ({ mask, brush, geometry }) => {
  const { width, height } = geometry.source;
  const rows = new WeightRows(mask, sourceToModel(geometry), { left: 0, top: 0, width, height }, brush);
  const weights = new Uint8Array(width * height);
  for (let y = 0; y < height; y += 1) weights.set(rows.row(y), y * width);
  return weights;
};

const lockOnce = (source, perfect, fault, seed, withRoundTrip) => {
  const geometry = fit(source, rules);
  const reference = prepare(source, geometry);
  const given = asModelGives(prepare(perfect, geometry), { ...fault, seed });
  const roundTrip = withRoundTrip ? asModelGives(reference, { noise: fault.noise ?? 0, seed: seed + 1 }) : undefined;
  const change = findChange({ edited: given, reference, geometry, roundTrip });
  const before = source.data.slice();
  const { picture, drift } = applyChange({ ...source, data: source.data.slice() }, change, reference);
  return { ...measured(before, perfect.data, picture.data, weightsOf(change.layer)), drift };
};

const kept = (megapixels, seeds) => {
  console.log(`${megapixels} MP, ${seeds} scenes per kind; per fault the worst and the mean of ${seeds * editKinds.length} edits, without and with the round trip`);
  for (const [name, fault] of Object.entries(faults)) {
    for (const withRoundTrip of [false, true]) {
      const results = [];
      for (const kind of editKinds) {
        for (let seed = 1; seed <= seeds; seed += 1) {
          const random = randomOf(seed * 31 + kind.length);
          const source = scene(...sized(megapixels), seed);
          const perfect = edited(source, { kind, seed, size: 0.06 + random() * 0.16 });
          results.push({ kind, seed, ...lockOnce(source, perfect, fault(random), seed * 2, withRoundTrip) });
        }
      }
      const worst = results.toSorted((a, b) => a.kept - b.kept)[0];
      const mean = (of) => results.reduce((sum, result) => sum + of(result), 0) / results.length;
      console.log(
        `${name.padEnd(16)} ${withRoundTrip ? 'round trip' : 'estimated '}  kept worst ${(worst.kept * 100).toFixed(1).padStart(5)} % (${worst.kind} ${worst.seed})  mean ${(mean((r) => r.kept) * 100).toFixed(2)} %` +
          `  error ${(mean((r) => r.error) * 100).toFixed(1).padStart(4)} %  extent ${mean((r) => r.extent).toFixed(2)} max ${Math.max(...results.map((r) => r.extent)).toFixed(2)}  differing ${results.reduce((sum, r) => sum + r.differing + r.drift.differingBytes, 0)}  reframed ${results.filter((r) => r.drift.reframed).length}`,
      );
    }
  }
};

const costs = {
  '8 bits': (picture) => picture,
  '16 bits': ({ data, ...rest }) => ({ ...rest, depth: 16, data: Uint16Array.from(data, (value) => value * 257) }),
  '8 bits, alpha': ({ width, height, depth, data }) => {
    const withAlpha = new Uint8Array(width * height * 4).fill(200);
    for (let pixel = 0; pixel < width * height; pixel += 1) for (let channel = 0; channel < 3; channel += 1) withAlpha[pixel * 4 + channel] = data[pixel * 3 + channel];
    return { width, height, channels: 4, depth, data: withAlpha };
  },
};

const cost = (megapixels, name, size) => {
  const plain = scene(...sized(megapixels), 1);
  const geometry = fit(plain, rules);
  const reference = prepare(plain, geometry);
  const small = edited({ ...reference, channels: 3, depth: 8 }, { kind: 'object', seed: 1, size });
  const given = asModelGives(small, { noise: 1, shift: [1.3, -0.7], tint: tints.warm });
  const source = costs[name](plain);
  global.gc?.();
  const held = process.memoryUsage();
  let peak = 0;
  const times = [performance.now()];
  const change = findChange({ edited: given, reference, geometry });
  times.push(performance.now());
  peak = Math.max(peak, process.memoryUsage().arrayBuffers);
  const { drift } = applyChange(source, change, reference);
  times.push(performance.now());
  peak = Math.max(peak, process.memoryUsage().arrayBuffers);
  console.log(
    `${String(megapixels).padStart(3)} MP ${name.padEnd(13)} changed ${(drift.changedShare * 100).toFixed(0).padStart(3)} %  find ${(times[1] - times[0]).toFixed(0).padStart(5)} ms  composite ${(times[2] - times[1]).toFixed(0).padStart(5)} ms` +
      `  source ${(source.data.byteLength / 2 ** 20).toFixed(0).padStart(4)} MiB  resident before ${(held.rss / 2 ** 20).toFixed(0)}, peak ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB  buffers +${((peak - held.arrayBuffers) / 2 ** 20).toFixed(0)} MiB`,
  );
};

const inOwnProcess = (args) =>
  new Promise((resolve) => {
    spawn(process.execPath, ['--expose-gc', fileURLToPath(import.meta.url), 'measure', ...args], { stdio: 'inherit' }).on('exit', resolve);
  });

const [mode, ...args] = process.argv.slice(2);
if (mode === 'measure') cost(Number(args[0]), args[1], Number(args[2]));
else if (mode === 'kept') kept(Number(args[0] ?? 1.5), Number(args[1] ?? 3));
else for (const megapixels of args.length > 0 ? args : ['1', '24', '100']) for (const name of Object.keys(costs)) for (const size of ['0.15', '0.6']) await inOwnProcess([megapixels, name, size]);
