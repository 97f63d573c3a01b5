/**
 * Measures decode, edit and encode, each case in a process of its own so that its peak memory is its own:
 *   node packages/exact/bench/exact.mjs [megapixels ...]     (after a build)
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { decode, encode } from '@flux-context/picture';
import { apply } from '../dist/index.js';

const pixelsMax = 130_000_000;
const operations = {
  nothing: [],
  crop: [{ op: 'crop', to: { kind: 'aspect', aspect: { width: 1, height: 1 }, anchor: 'centre' } }],
  quarter: [{ op: 'rotate', degrees: 90 }],
  flip: [{ op: 'flip', axis: 'horizontal' }],
  rotate: [{ op: 'rotate', degrees: 5 }],
  straighten: [{ op: 'straighten', degrees: 3 }],
  half: [{ op: 'resize', to: { kind: 'scale', factor: 0.5 } }],
  pad: [{ op: 'pad', to: { kind: 'sides', sides: ['top', 'bottom'], by: { unit: 'fraction', value: 0.05 } } }],
  brightness: [{ op: 'brightness', amount: 0.2 }],
};

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

/** Soft waves with a little grain, as a photo; the largest PNG has none, to stay near the 20 MB that are accepted. */
const photo = (megapixels, grainy) => {
  const width = Math.round(Math.sqrt((megapixels * 1e6 * 4) / 3));
  const height = Math.round((width * 3) / 4);
  const data = new Uint8Array(width * height * 3);
  const waves = Array.from({ length: width }, (_, x) => Math.sin(x / 90) * 50);
  let grain = 1;
  for (let y = 0, at = 0; y < height; y += 1) {
    const base = 120 + Math.cos(y / 70) * 50;
    for (let x = 0; x < width; x += 1, at += 3) {
      grain = (Math.imul(grain, 1_664_525) + 1_013_904_223) | 0;
      const level = base + waves[x] + (grainy ? grain >>> 30 : 0);
      data[at] = level;
      data[at + 1] = level * 0.8;
      data[at + 2] = 255 - level;
    }
  }
  return { width, height, channels: 3, depth: 8, data };
};

const timed = async (work) => {
  const start = performance.now();
  const result = await work();
  return [result, performance.now() - start];
};

const measure = async (source, name, rounds) => {
  const chunks = [];
  for await (const chunk of process.stdin) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  chunks.length = 0;
  const times = { decode: [], edit: [], encode: [] };
  for (let round = 0; round < rounds; round += 1) {
    const [picture, decoding] = await timed(() => decode(bytes, { source, pixelsMax }));
    const [edited, editing] = await timed(() => apply(picture, { version: 1, operations: operations[name] }, { pixelsMax }));
    const [, encoding] = await timed(() => encode(edited, { format: source, quality: 90 }));
    times.decode.push(decoding);
    times.edit.push(editing);
    times.encode.push(encoding);
  }
  const figures = Object.entries(times).map(([stage, all]) => `${stage} ${median(all).toFixed(0).padStart(5)} ms`);
  process.stdout.write(`${figures.join('  ')}  peak ${(process.resourceUsage().maxRSS / 1024).toFixed(0).padStart(5)} MiB\n`);
};

const inOwnProcess = (bytes, args) =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [fileURLToPath(import.meta.url), 'measure', ...args], { stdio: ['pipe', 'inherit', 'inherit'] });
    child.on('exit', resolve);
    child.stdin.end(bytes);
  });

const [mode, ...args] = process.argv.slice(2);
if (mode === 'measure') {
  await measure(args[0], args[1], Number(args[2]));
} else {
  for (const megapixels of mode === undefined ? [1, 12, 100] : [mode, ...args].map(Number)) {
    for (const source of ['jpeg', 'png']) {
      const bytes = await encode(photo(megapixels, source === 'jpeg' || megapixels < 50), { format: source, quality: 90 });
      for (const name of Object.keys(operations)) {
        process.stdout.write(`${String(megapixels).padStart(3)} MP ${source.padEnd(4)} ${(bytes.length / 1e6).toFixed(1).padStart(5)} MB  ${name.padEnd(10)}  `);
        await inOwnProcess(bytes, [source, name, megapixels > 50 ? '1' : '7']);
      }
    }
  }
}
