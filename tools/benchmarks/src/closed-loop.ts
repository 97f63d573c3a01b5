export interface Figures {
  readonly edits: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly editsPerSecond: number;
}

/** `concurrency` callers, each asking again as soon as it was answered, until `edits` are done. */
export async function closedLoop(edits: number, concurrency: number, edit: (index: number) => Promise<unknown>): Promise<Figures> {
  const times: number[] = [];
  let next = 0;
  const caller = async () => {
    for (let index = next++; index < edits; index = next++) {
      const startedMs = performance.now();
      await edit(index);
      times.push(performance.now() - startedMs);
    }
  };
  const startedMs = performance.now();
  await Promise.all(Array.from({ length: concurrency }, caller));
  const seconds = (performance.now() - startedMs) / 1_000;
  return { edits, ...percentiles(times), editsPerSecond: edits / seconds };
}

export function percentiles(times: readonly number[]): { p50Ms: number; p95Ms: number } {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return { p50Ms: at(0.5), p95Ms: at(0.95) };
}
