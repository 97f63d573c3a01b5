import { parseArgs } from 'node:util';
import { damagedFiles, filesIn } from './files/corpus.js';
import { Feed } from './files/feed.js';
import { startTarget } from './target.js';

/** `npm run hostile:files -- [--damaged 1500] [--seed 1] folder…`: damaged pictures and the files of the folders, against an appliance of their own. */
const { values, positionals } = parseArgs({ allowPositionals: true, options: { damaged: { type: 'string', default: '1500' }, seed: { type: 'string', default: '1' } } });
/** What one sandbox may take, as the worker is configured by default. */
const sandboxMiBMax = 2_048;

const groups = { damaged: await damagedFiles(Number(values.damaged), Number(values.seed)), ...Object.fromEntries(positionals.map((folder) => [folder, filesIn([folder])])) };
const target = await startTarget();
const figures = async () => (await fetch(target.workerMetricsUrl)).text();
const started = (text: string) => /^process_start_time_seconds (\S+)/m.exec(text)?.[1];
try {
  const before = started(await figures());
  let faults = 0;
  for (const [group, files] of Object.entries(groups)) {
    const report = await new Feed(target).eat(files, (fed) => fed % 500 === 0 && console.log(`  ${fed} of ${files.length}`));
    console.log(`${group} (seed ${values.seed}): ${report.files} files, ${report.clean} clean pictures, ${report.charged} charged, slowest answer ${Math.round(report.slowestMs)} ms`);
    for (const [code, times] of Object.entries(report.refused)) console.log(`  ${String(times).padStart(6)}  ${code}`);
    for (const fault of report.faults) console.log(`FAULT  ${fault}`);
    faults += report.faults.length;
  }
  const after = await figures();
  if (started(after) !== before) faults += complain('the worker was started again');
  const peak = [...after.matchAll(/^worker_sandbox_memory_bytes_bucket\{le="(\d+)"[^}]*\} (\d+)$/gm)].map(([, size, count]) => ({ mebibytes: Number(size) / 1_048_576, count: Number(count) }));
  const all = Math.max(0, ...peak.map(({ count }) => count));
  const within = peak.find(({ count }) => count === all)?.mebibytes ?? Number.POSITIVE_INFINITY;
  console.log(`every sandbox that reported stayed within ${within} MiB`);
  if (within > sandboxMiBMax) faults += complain('a sandbox took more memory than it may');
  console.log(faults === 0 ? 'no faults' : `${faults} faults`);
  process.exitCode = faults === 0 ? 0 : 1;
} finally {
  await target.stop();
}

function complain(what: string): number {
  console.log(`FAULT  ${what}`);
  return 1;
}
