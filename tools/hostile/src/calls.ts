import { parseArgs } from 'node:util';
import { doors, runCalls } from './calls/run.js';
import { startTarget } from './target.js';

/** `npm run hostile -- --calls 20000 --seed 1`: generated calls against an appliance of their own. */
const { values } = parseArgs({ options: { calls: { type: 'string', default: '20000' }, seed: { type: 'string', default: String(Date.now() % 2 ** 31) } } });
const [calls, seed] = [Number(values.calls), Number(values.seed)];
console.log(`${calls} calls at ${doors} doors, seed ${seed}`);
const target = await startTarget();
try {
  const report = await runCalls(target, { calls, seed, progress: (made) => made % 1_000 === 0 && console.log(`  ${made} calls made`) });
  for (const [answer, times] of Object.entries(report.answers)) console.log(`  ${String(times).padStart(6)}  ${answer}`);
  console.log(`${report.calls} calls, ${((report.deep / report.calls) * 100).toFixed(0)} % by a known caller and answered 2xx or by a rule of the domain`);
  for (const { fault, times, firstCall } of report.faults) console.log(`FAULT  ${times} times, first in call ${firstCall}: ${fault}`);
  console.log(report.faults.length === 0 ? 'no faults' : `${report.faults.length} kinds of faults; again with --seed ${seed}`);
  process.exitCode = report.faults.length === 0 ? 0 : 1;
} finally {
  await target.stop();
}
