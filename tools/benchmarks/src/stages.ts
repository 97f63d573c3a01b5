/** Mean time per stage in ms between two readings of the metrics. */
export class StageTimes {
  private before = new Map<string, [sum: number, count: number]>();

  constructor(private readonly metricsUrl: string) {}

  async start(): Promise<void> {
    this.before = await this.read();
  }

  async stop(): Promise<Record<string, number>> {
    const means: Record<string, number> = {};
    for (const [stage, [sum, count]] of await this.read()) {
      const [sumBefore, countBefore] = this.before.get(stage) ?? [0, 0];
      if (count > countBefore) means[stage] = ((sum - sumBefore) / (count - countBefore)) * 1_000;
    }
    return means;
  }

  private async read(): Promise<Map<string, [number, number]>> {
    const text = await (await fetch(this.metricsUrl)).text();
    const stages = new Map<string, [number, number]>();
    for (const [, kind, stage, value] of text.matchAll(/^edit_stage_duration_seconds_(sum|count)\{[^}]*stage="(\w+)"[^}]*\} (\S+)$/gm)) {
      const entry = stages.get(stage!) ?? [0, 0];
      entry[kind === 'sum' ? 0 : 1] += Number(value);
      stages.set(stage!, entry);
    }
    return stages;
  }
}
