import { readFileSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Report } from '@flux-context/contracts';
import { importFolder, removeBundle } from '@flux-context/diffusion';
import sharp from 'sharp';
import { fixture, tinyModels } from './engine-process/engine.spec-parts.js';
import { WorkerRoom } from './worker-room.spec-parts.js';
import { briefFor, modelBriefFor, type SpecHolder, until, type WorkerProcess } from './worker.spec-parts.js';

/** `npm run engine-kills` sets more. */
const kills = (globalThis as { engineKills?: number }).engineKills ?? 5;

describe('the worker with a model', () => {
  let room: WorkerRoom;
  let models: string;
  let holder: SpecHolder;
  let queues: WorkerRoom['queues'];
  let worker: WorkerProcess;
  let small: Buffer;

  const picture = (width: number, height: number) =>
    sharp({ create: { width, height, channels: 3, background: '#204060', noise: { type: 'gaussian', mean: 128, sigma: 40 } } }).png({ compressionLevel: 1 }).toBuffer();
  /** White in the left half. */
  const leftHalf = (width: number, height: number) =>
    sharp({ create: { width, height, channels: 3, background: 'black' } }).composite([{ input: { create: { width: width / 2, height, channels: 3, background: 'white' } }, left: 0, top: 0 }]).png().toBuffer();

  beforeAll(async () => {
    models = await tinyModels();
    small = await picture(160, 96);
    room = await WorkerRoom.open({ WORKER_SLOTS: '1', MODELS_DIR: models, ENGINE_THREADS: '1' });
    ({ holder, queues, worker } = room);
    await until(() => holder.announcements.at(-1)?.engines.includes('diffusion') === true, 60_000);
  }, 120_000);

  afterAll(async () => {
    await room.close();
    rmSync(models, { recursive: true });
  }, 60_000);

  const begin = async (parts: Record<string, Uint8Array>, options: Parameters<SpecHolder['hold']>[1] = {}) => {
    const ticket = await holder.hold(parts, { engine: 'diffusion', ...options });
    await queues[ticket.engine].add(ticket);
    return ticket;
  };
  const ended = async (editId: string) => {
    await until(() => holder.edit(editId).reports.length > 0, 60_000);
    return holder.edit(editId).reports[0];
  };
  const edit = async (parts: Record<string, Uint8Array>, options?: Parameters<SpecHolder['hold']>[1]) => {
    const { editId } = await begin(parts, options);
    return { editId, report: await ended(editId) };
  };
  const pixelsOf = (editId: string) => sharp(holder.open(editId)).raw().toBuffer({ resolveWithObject: true });

  it('announces the model that it has loaded, with its licence and its limits, and nothing of its insides', () => {
    expect(holder.announcements.at(-1)).toMatchObject({
      engines: ['exact', 'diffusion'],
      models: [{ id: 'tiny-klein', family: 'flux2-klein', licence: { id: 'Apache-2.0', requiresAcceptance: false }, limits: { sideMin: 64, aspectMax: 8, referencesMax: 3 } }],
    });
  });

  it('has the model edit, and names it and its licence in the report and in the picture', async () => {
    const { editId, report } = await edit({ brief: modelBriefFor('add a dog'), image: small });
    expect(report).toMatchObject({ outcome: 'completed', engine: 'diffusion', model: { id: 'tiny-klein', licence: 'Apache-2.0' }, sandboxEnded: true, drift: { differingBytes: 0 } });
    expect((await pixelsOf(editId)).info).toMatchObject({ width: 160, height: 96 });
    const { xmpAsString } = await sharp(holder.open(editId)).metadata();
    expect(xmpAsString).toContain('Iptc4xmpExt:AISystemUsed="tiny-klein"');
    expect(xmpAsString).toContain('licensed under Apache-2.0.');
  });

  it('gives the same bytes for the same seed, and others for another', async () => {
    const [one, again, other] = [await edit({ brief: modelBriefFor('add a dog'), image: small }), await edit({ brief: modelBriefFor('add a dog'), image: small }), await edit({ brief: modelBriefFor('add a dog', { seed: 2 }), image: small })];
    const [a, b, c] = await Promise.all([one, again, other].map(async ({ editId }) => (await pixelsOf(editId)).data));
    expect(a!.equals(b!)).toBe(true);
    expect(a!.equals(c!)).toBe(false);
  });

  it.each([true, false])('keeps every byte outside a painted mask, whatever the model did (region lock %s)', async (regionLock) => {
    const { editId, report } = await edit({ brief: modelBriefFor('add a dog', { regionLock }), image: small, mask: await leftHalf(160, 96) });
    expect(report).toMatchObject({ outcome: 'completed', drift: { differingBytes: 0 } });
    const [before, after] = [await sharp(small).raw().toBuffer(), (await pixelsOf(editId)).data];
    for (let y = 0; y < 96; y++) expect(after.subarray((y * 160 + 80) * 3, (y + 1) * 160 * 3).equals(before.subarray((y * 160 + 80) * 3, (y + 1) * 160 * 3))).toBe(true);
    expect(after.equals(before)).toBe(false);
  });

  it('keeps every byte outside a small painted part of a large picture, and takes references', async () => {
    const large = await picture(1_200, 800);
    const dot = await sharp({ create: { width: 1_200, height: 800, channels: 3, background: 'black' } }).composite([{ input: { create: { width: 100, height: 80, channels: 3, background: 'white' } }, left: 500, top: 350 }]).png().toBuffer();
    const { editId, report } = await edit({ brief: modelBriefFor('add a dog'), image: large, mask: dot, 'reference.0': small }, { deadlineMs: 300_000 });
    expect(report).toMatchObject({ outcome: 'completed', drift: { differingBytes: 0 } });
    const [before, after] = [await sharp(large).raw().toBuffer(), (await pixelsOf(editId)).data];
    const changed = (x: number, y: number) => !after.subarray((y * 1_200 + x) * 3, (y * 1_200 + x) * 3 + 3).equals(before.subarray((y * 1_200 + x) * 3, (y * 1_200 + x) * 3 + 3));
    expect([changed(480, 390), changed(550, 440), changed(5, 5)]).toEqual([false, false, false]);
  }, 300_000);

  it('tells the steps of the model on the way', async () => {
    const { editId } = await edit({ brief: modelBriefFor('add a dog'), image: await picture(1_024, 1_024) }, { deadlineMs: 120_000 });
    expect(holder.edit(editId).progress.filter(({ stage, steps }) => stage === 'edit' && steps === 4).length).toBeGreaterThan(0);
  }, 120_000);

  it.each([
    ['a picture of 1 x 1', () => picture(1, 1), {}, 'picture.too_small'],
    ['a picture of 20,000 x 100', () => picture(20_000, 100), {}, 'picture.too_elongated'],
    ['10,000 words', () => Promise.resolve(small), { instruction: 'so '.repeat(1_300) }, 'model.prompt_too_long'],
    ['a model that is not there', () => Promise.resolve(small), { model: 'other' }, 'model.failed'],
    ['a damaged picture', () => Promise.resolve(Buffer.from('no picture')), {}, 'picture.unreadable'],
  ] as const)('refuses %s with a code, charges no engine with it, and goes on', async (_what, image, change, code) => {
    const engine = worker.engine();
    expect((await edit({ brief: modelBriefFor('add a dog', change), image: await image() })).report).toMatchObject({ outcome: 'failed', code, sandboxEnded: true });
    expect((await edit({ brief: modelBriefFor('add a dog'), image: small })).report).toMatchObject({ outcome: 'completed' });
    expect(worker.engine()).toBe(engine);
  });

  it('stops the model when the edit is cancelled, and keeps the engine', async () => {
    const engine = worker.engine();
    const { editId } = await begin({ brief: modelBriefFor('add a dog'), image: await picture(1_024, 1_024) }, { deadlineMs: 120_000 });
    await until(() => holder.edit(editId).progress.some(({ steps }) => steps === 4), 60_000);
    holder.end(editId, 'cancelled');
    expect((await edit({ brief: modelBriefFor('add a dog'), image: small }, { deadlineMs: 120_000 })).report).toMatchObject({ outcome: 'completed' });
    expect(holder.edit(editId).reports).toEqual([]);
    expect(worker.engine()).toBe(engine);
  }, 120_000);

  it(`outlives ${kills} kills of the engine at random moments: each costs at most the edit it was on`, async () => {
    const outcomes = new Set<string | undefined>();
    for (let kill = 0; kill < kills; kill++) {
      await until(() => worker.engine() !== undefined, 60_000);
      const { editId } = await begin({ brief: modelBriefFor('add a dog'), image: small }, { deadlineMs: 120_000 });
      await sleep(Math.random() * 400);
      const engine = worker.engine();
      if (engine !== undefined) process.kill(engine, 'SIGKILL');
      outcomes.add(outcomeOf(await ended(editId)));
      const next = await edit({ brief: modelBriefFor('add a dog'), image: small }, { deadlineMs: 120_000 });
      expect([kill, outcomeOf(next.report)]).toEqual([kill, 'completed']);
    }
    expect([...outcomes].filter((outcome) => outcome !== 'completed' && outcome !== 'model.failed')).toEqual([]);
  }, 60_000 + kills * 30_000);

  it('does exact edits without the engine, and counts each by its engine', async () => {
    const { report } = await edit({ brief: briefFor([{ op: 'flip', axis: 'horizontal' }]), image: small }, { engine: 'exact' });
    expect(report).toMatchObject({ outcome: 'completed', engine: 'exact' });
    expect(report).not.toHaveProperty('model');
    const port = /"port":(\d+),"msg":"worker ready"/.exec(worker.output)?.[1];
    const figures = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    for (const name of ['worker_engine_memory_bytes', 'worker_engine_models 1', 'worker_engine_restarts ']) expect(figures.includes(name)).toBe(true);
    expect(/worker_edits_total\{[^}]*engine="diffusion"[^}]*outcome="completed"/.test(figures)).toBe(true);
  });

  it('gives the engine no network, no dump of its memory and no file of the worker', () => {
    const engine = worker.engine()!;
    expect(readFileSync(`/proc/${engine}/net/dev`, 'utf8').split('\n').filter((line) => line.includes(':')).map((line) => line.split(':')[0]!.trim())).toEqual(['lo']);
    expect(readFileSync(`/proc/${engine}/status`, 'utf8')).toMatch(/^Seccomp:\s2$/m);
    expect(readFileSync(`/proc/${engine}/limits`, 'utf8')).toMatch(/Max core file size +1 +1 /);
    expect(readFileSync(`/proc/${engine}/limits`, 'utf8')).toMatch(/Max file size +0 +0 /);
    expect(readFileSync(`/proc/${engine}/environ`, 'utf8')).toContain('ORT_DISABLE_TELEMETRY=1');
    expect(readFileSync(`/proc/${engine}/mountinfo`, 'utf8')).not.toContain(room.folder);
  });

  it('takes up a model that is imported while it runs, and lets go of one that is removed', async () => {
    const announced = () => holder.announcements.at(-1)?.models.map(({ id }) => id);
    await importFolder(fixture('flux2-klein'), models, { id: 'second', precision: 'published' });
    await until(() => announced()?.join() === 'second,tiny-klein', 60_000);
    expect((await edit({ brief: modelBriefFor('add a dog', { model: 'second' }), image: small })).report).toMatchObject({ outcome: 'completed', model: { id: 'second' } });
    await removeBundle(models, 'second');
    await until(() => announced()?.join() === 'tiny-klein', 60_000);
    expect((await edit({ brief: modelBriefFor('add a dog'), image: small })).report).toMatchObject({ outcome: 'completed' });
  }, 120_000);

  it('leaves no engine behind when it is killed', async () => {
    const engine = worker.engine()!;
    await worker.stop('SIGKILL');
    await until(() => !isAlive(engine), 5_000);
  });
});

const outcomeOf = (report: Report | undefined): string | undefined => (report?.outcome === 'failed' ? report.code : report?.outcome);

function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
