import { isErrorCode } from '@flux-context/contracts';
import sharp from 'sharp';
import { instructions, texture } from '../pictures.js';
import type { Target } from '../target.js';
import type { HostileFile } from './corpus.js';
import { metadataOf, metadataWindows } from './metadata.js';

export interface FilesReport {
  readonly files: number;
  readonly clean: number;
  readonly refused: Readonly<Record<string, number>>;
  readonly slowestMs: number;
  readonly charged: number;
  readonly faults: readonly string[];
}

/** An answer takes at most this long, whatever was sent. */
const answerMsMax = 10_000;
const formats = [undefined, 'png', undefined, 'jpeg', 'webp'] as const;

/** Sends every file to the appliance, mostly as the picture and now and then as mask or reference, and looks at what comes back. */
export class Feed {
  private readonly refused = new Map<string, number>();
  private readonly faults: string[] = [];
  private fed = 0;
  private clean = 0;
  private delivered = 0;
  private slowestMs = 0;
  private good = Buffer.alloc(0);

  constructor(private readonly target: Target, private readonly atOnce = 2) {}

  async eat(files: readonly HostileFile[], progress?: (fed: number) => void): Promise<FilesReport> {
    this.good = await texture(64, 48).png().toBuffer();
    const usedBefore = await this.used();
    let next = 0;
    const eater = async () => {
      for (let index = next++; index < files.length; index = next++) {
        await this.feed(files[index]!, index);
        progress?.(this.fed);
      }
    };
    await Promise.all(Array.from({ length: this.atOnce }, eater));
    const charged = (await this.used()) - usedBefore;
    if (charged !== this.delivered) this.faults.push(`${charged} edits were charged, ${this.delivered} were delivered`);
    return { files: this.fed, clean: this.clean, refused: Object.fromEntries([...this.refused].toSorted(([, a], [, b]) => b - a)), slowestMs: this.slowestMs, charged, faults: this.faults };
  }

  private async feed(file: HostileFile, index: number): Promise<void> {
    this.fed += 1;
    const bytes = file.read();
    const fault = (what: string) => this.faults.push(`${file.name}: ${what}`);
    try {
      const answer = await this.edit(this.formWith(bytes, index));
      if (answer.status === 200) await this.look(bytes, answer.body, fault);
      else this.refuse(answer, fault);
      this.slowestMs = Math.max(this.slowestMs, answer.ms);
      if (answer.ms > answerMsMax) fault(`answered after ${Math.round(answer.ms)} ms`);
      if (answer.status !== 200 && this.fed % 20 === 0) await this.next(fault);
    } catch (error) {
      fault(`no answer (${error instanceof Error ? error.message : 'unknown'})`);
    }
  }

  private formWith(bytes: Buffer, index: number): FormData {
    const form = new FormData();
    const role = index % 13 === 11 ? 'mask' : index % 17 === 13 ? 'reference' : 'image';
    const format = formats[index % formats.length];
    form.set(role, new Blob([bytes.slice()]), 'hostile');
    if (role !== 'image') form.set('image', new Blob([this.good.slice()]), 'good');
    form.set('instruction', role === 'reference' ? 'match the colours to the reference' : instructions[index % instructions.length]!);
    if (format) form.set('options', JSON.stringify({ output: { format } }));
    return form;
  }

  private async edit(form: FormData): Promise<{ status: number; body: Buffer; ms: number }> {
    for (;;) {
      const startedMs = performance.now();
      const answer = await fetch(`${this.target.url}/v1/edits`, { method: 'POST', headers: { authorization: `Bearer ${this.target.apiKey}` }, body: form, signal: AbortSignal.timeout(60_000) });
      const body = Buffer.from(await answer.arrayBuffer());
      if (answer.status !== 429) return { status: answer.status, body, ms: performance.now() - startedMs };
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }

  private async look(input: Buffer, output: Buffer, fault: (what: string) => void): Promise<void> {
    this.delivered += 1;
    try {
      await sharp(output, { limitInputPixels: false, failOn: 'warning' }).stats();
      const said = await metadataOf(output);
      if (said.length > 0) fault(`the result says ${said.join(', ')}`);
    } catch {
      fault('the result cannot be decoded');
    }
    if ((await metadataWindows(input)).some((window) => output.includes(window))) fault('the result holds metadata of the file');
    this.clean += 1;
  }

  private refuse({ status, body }: { status: number; body: Buffer }, fault: (what: string) => void): void {
    const { code } = JSON.parse(body.toString('utf8')) as { code: unknown };
    const known = isErrorCode(code) ? code : 'unknown code';
    this.refused.set(known, (this.refused.get(known) ?? 0) + 1);
    if (status >= 500 || known === 'unknown code') fault(`${status} ${known}`);
  }

  /** The next caller notices nothing. */
  private async next(fault: (what: string) => void): Promise<void> {
    const form = new FormData();
    form.set('image', new Blob([this.good.slice()]), 'good');
    form.set('instruction', 'make it black and white');
    const { status } = await this.edit(form);
    if (status === 200) this.delivered += 1;
    else fault(`the next edit was answered ${status}`);
  }

  private async used(): Promise<number> {
    const answer = await fetch(`${this.target.url}/v1/balance`, { headers: { authorization: `Bearer ${this.target.apiKey}` } });
    const { used, pending } = (await answer.json()) as { used: number; pending: number };
    if (pending !== 0) this.faults.push(`${pending} edits are still reserved`);
    return used;
  }
}
