import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Prints what a parity run found: each guarantee, the largest differences behind it and their limits, and whether it held. Fails where one did not. */
const folder = process.argv[2];
const file = join(folder, 'differences.jsonl');
const differences = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').map((line) => JSON.parse(line)) : [];
const { testResults } = JSON.parse(readFileSync(join(folder, 'results.json'), 'utf8'));
const results = testResults.flatMap(({ assertionResults }) => assertionResults);

const worst = (test, key) => differences.filter((each) => each.test === test).reduce((largest, each) => ((each[key] ?? -1) >= (largest?.[key] ?? -1) ? each : largest), undefined);
const shown = (value) => (value === undefined || value === null ? '' : value === 0 ? '0' : value.toExponential(1));
const row = (...cells) => cells.map((cell, at) => (at === 1 ? cell.padEnd(58) : at === 0 ? cell.padEnd(5) : cell.padStart(11))).join('');

console.log(`\n${row('', '', 'max abs', 'limit', 'rel L2', 'limit')}`);
for (const { fullName, title, ancestorTitles, status } of results) {
  const name = /: (\w+)$/u.exec(ancestorTitles[0])?.[1] ?? '';
  const [max, relative] = [worst(fullName, 'max'), worst(fullName, 'relativeLimit')];
  const compared = max === undefined ? ['exact', '', '', ''] : [shown(max.max), shown(max.limit), relative?.relativeLimit ? shown(worst(fullName, 'relative')?.relative) : '', shown(relative?.relativeLimit)];
  console.log(row(name, title, ...compared, status === 'passed' ? 'pass' : status.toUpperCase()));
}
const failed = results.filter(({ status }) => status !== 'passed').length;
console.log(`\n${results.length - failed} of ${results.length} held.`);
process.exitCode = failed > 0 || results.length === 0 ? 1 : 0;
