import { startMeasured } from './appliance.js';
import { percentiles } from './closed-loop.js';
import { treeMiB } from './memory.js';
import { cases, photo } from './workload.js';

/** 2,000 edits in a row: memory and latency of each fifth beside the others. Growth would show from row to row. */
const edits = Number(process.argv[2] ?? 2_000);
const rows = 5;

const appliance = await startMeasured();
try {
  const picture = await photo(1_152, 864);
  for (let index = 0; index < 50; index++) await appliance.edit(picture, cases[index % cases.length]!.instruction);
  console.log('  edits    p50 ms   p95 ms   memory MiB (whole appliance, PostgreSQL included)');
  for (let row = 1; row <= rows; row++) {
    const times: number[] = [];
    for (let index = 0; index < edits / rows; index++) {
      const startedMs = performance.now();
      await appliance.edit(picture, cases[index % cases.length]!.instruction);
      times.push(performance.now() - startedMs);
    }
    const { p50Ms, p95Ms } = percentiles(times);
    console.log(`  ${String((edits / rows) * row).padStart(5)}   ${p50Ms.toFixed(1).padStart(6)}   ${p95Ms.toFixed(1).padStart(6)}   ${treeMiB(appliance.pid).toFixed(0).padStart(6)}`);
  }
} finally {
  await appliance.stop();
}
