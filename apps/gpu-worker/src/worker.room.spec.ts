import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { TicketQueue } from '@flux-context/queue';
import { listeningPorts } from '@flux-context/testkit';
import sharp from 'sharp';
import { WorkerRoom } from './worker-room.spec-parts.js';
import { briefFor, everyOperation, repository, SpecHolder, until, WorkerProcess } from './worker.spec-parts.js';

const flip = { op: 'flip', axis: 'horizontal' };
const quick = briefFor([flip]);
/** Long enough to be caught in the middle of it. */
const slow = briefFor(Array.from({ length: 32 }, () => ({ op: 'rotate', degrees: 90 })));

describe('the worker', () => {
  let room: WorkerRoom;
  let holder: SpecHolder;
  let queue: TicketQueue;
  let worker: WorkerProcess;
  let small: Buffer;
  let large: Buffer;

  const picture = (width: number, height: number) =>
    sharp({ create: { width, height, channels: 3, background: '#204060', noise: { type: 'gaussian', mean: 128, sigma: 40 } } }).png({ compressionLevel: 1 }).toBuffer();

  beforeAll(async () => {
    [small, large] = await Promise.all([picture(64, 48), picture(3_000, 2_000)]);
    room = await WorkerRoom.open();
    ({ holder, worker, queues: { exact: queue } } = room);
    await until(() => holder.announcements.length > 0, 30_000);
  }, 90_000);

  afterAll(async () => {
    await room.close();
  }, 60_000);

  /** Sends an edit and waits for its report. */
  const edit = async (parts: Record<string, Uint8Array>, options?: Parameters<SpecHolder['hold']>[1]) => {
    const ticket = await holder.hold(parts, options);
    await queue.add(ticket);
    await until(() => holder.edit(ticket.editId).reports.length > 0, 30_000);
    return { ...holder.edit(ticket.editId), editId: ticket.editId, report: holder.edit(ticket.editId).reports[0] };
  };

  const startSlow = async (options?: Parameters<SpecHolder['hold']>[1]) => {
    const ticket = await holder.hold({ brief: slow, image: large }, options);
    await queue.add(ticket);
    const { progress } = holder.edit(ticket.editId);
    await until(() => progress.some(({ stage }) => stage === 'edit' || stage === 'encode'), 20_000);
    return ticket;
  };

  it('does what the plan says and returns it sealed, with a report', async () => {
    const done = await edit({ brief: quick, image: small });
    expect(done.report).toMatchObject({ outcome: 'completed', engine: 'exact', sandboxEnded: true });
    const expected = await sharp(small).flop().raw().toBuffer();
    const got = await sharp(holder.open(done.editId)).raw().toBuffer();
    expect(got.equals(expected)).toBe(true);
    expect(Object.keys(done.report?.timings ?? {})).toEqual(expect.arrayContaining(['open', 'decode', 'edit', 'encode']));
    if (done.report?.outcome === 'completed') expect(done.report.answerBytes).toBe(done.answers[0]?.length);
  });

  it('reads a HEIC file, whose decoder is loaded inside only then', async () => {
    const image = readFileSync(path.join(repository, 'packages/picture/fixtures/clear.heic'));
    const done = await edit({ brief: briefFor([flip], { source: 'heic' }), image });
    expect(done.report).toMatchObject({ outcome: 'completed' });
  });

  it.each(['jpeg', 'png', 'webp', 'avif'] as const)('does every operation on a %s file and writes one, with no system call that its filter refuses', async (format) => {
    const image = await sharp(small).toFormat(format).toBuffer();
    const done = await edit({ brief: briefFor(everyOperation, { source: format, output: { format, quality: 80 } }), image, 'reference.0': small });
    expect(done.report).toMatchObject({ outcome: 'completed', isolation: 'bubblewrap' });
    expect((await sharp(holder.open(done.editId)).metadata()).width).toBeGreaterThan(8);
  });

  it('changes only what the mask marks', async () => {
    const half = await sharp({ create: { width: 64, height: 48, channels: 3, background: 'black' } })
      .composite([{ input: { create: { width: 32, height: 48, channels: 3, background: 'white' } }, left: 0, top: 0 }]).png().toBuffer();
    const done = await edit({ brief: briefFor([{ op: 'invert', region: { kind: 'mask' } }]), image: small, mask: half });
    const [before, after] = await Promise.all([small, Buffer.from(holder.open(done.editId))].map((file) => sharp(file).raw().toBuffer()));
    expect(after?.subarray(0, 96)).toEqual(before?.subarray(0, 96).map((value) => 255 - value));
    expect(after?.subarray(96, 192)).toEqual(before?.subarray(96, 192));
  });

  it('refuses a mask of another size', async () => {
    const done = await edit({ brief: briefFor([{ op: 'invert', region: { kind: 'mask' } }]), image: small, mask: large });
    expect(done.report).toMatchObject({ outcome: 'failed', code: 'mask.mismatch' });
  });

  it('runs the same ticket twice without sharing a key stream', async () => {
    const ticket = await holder.hold({ brief: quick, image: small });
    for (const count of [1, 2]) {
      await queue.add(ticket);
      await until(() => holder.edit(ticket.editId).reports.length === count);
      await sleep(100);
    }
    const [first, second] = holder.edit(ticket.editId).answers;
    expect(first!.length).toBe(second!.length);
    expect(first!.subarray(1, 33).equals(second!.subarray(1, 33))).toBe(false);
    // With one key stream the XOR of the two would be zero wherever the plain bytes agree, which is everywhere.
    const same = first!.subarray(33).filter((byte, index) => byte === second![33 + index]).length;
    expect(same).toBeLessThan(first!.length / 50);
  });

  it('ends an edit with a code when its parts were tampered with', async () => {
    const done = await edit({ brief: quick, image: small }, { tamper: ([, image]) => image?.set([~(image[60] ?? 0) & 255], 60) });
    expect(done.report).toMatchObject({ outcome: 'failed', code: 'edit.sandbox_failed', sandboxEnded: true });
    expect(done.answers).toEqual([]);
  });

  it.each([
    ['a damaged picture', { brief: quick, image: Buffer.from('not a picture') }, 'picture.unreadable'],
    ['a plan that is none', { brief: briefFor([{ op: 'explode' }]), image: Buffer.alloc(0) }, 'plan.invalid'],
    ['too many pixels', { brief: briefFor([flip], { limits: { pixelsMax: 100 } }), image: undefined }, 'picture.too_many_pixels'],
  ])('reports %s by its code', async (_what, { brief, image }, code) => {
    expect((await edit({ brief, image: image ?? small })).report).toMatchObject({ outcome: 'failed', code });
  });

  it('sends no answer that is larger than the holder accepts', async () => {
    const done = await edit({ brief: quick, image: large }, { answerBytesMax: 1_000 });
    expect(done.report).toMatchObject({ outcome: 'failed', code: 'edit.out_of_memory' });
    expect(done.answers).toEqual([]);
  });

  it('outlives a killed sandbox: the edit fails with a code, the next one works', async () => {
    const before = new Set(worker.sandboxes());
    const ticket = await startSlow();
    const busiest = worker.sandboxes().map((pid) => ({ pid, memory: memoryOf(pid) })).toSorted((a, b) => b.memory - a.memory)[0]!;
    expect(before.size).toBeGreaterThan(0);
    process.kill(busiest.pid, 'SIGKILL');
    await until(() => holder.edit(ticket.editId).reports.length > 0);
    expect(holder.edit(ticket.editId).reports[0]).toMatchObject({ outcome: 'failed', code: 'edit.sandbox_failed', sandboxEnded: true });
    expect((await edit({ brief: quick, image: small })).report).toMatchObject({ outcome: 'completed' });
  });

  it('kills the sandbox within a second when the edit is cancelled, and reports nothing', async () => {
    const ticket = await startSlow();
    const busy = worker.sandboxes().find((pid) => memoryOf(pid) > 100_000)!;
    const cancelledAt = performance.now();
    holder.end(ticket.editId, 'cancelled');
    await until(() => !worker.sandboxes().includes(busy), 3_000);
    expect(performance.now() - cancelledAt).toBeLessThan(1_000);
    await sleep(300);
    expect(holder.edit(ticket.editId).reports).toEqual([]);
  });

  it('has its slots back when edits are cancelled while their answers are on the way', async () => {
    holder.stalled = true;
    const tickets = await Promise.all([0, 1].map(() => holder.hold({ brief: quick, image: large })));
    for (const ticket of tickets) await queue.add(ticket);
    await until(() => holder.stalledAnswers === tickets.length, 20_000);
    for (const { editId } of tickets) holder.end(editId, 'cancelled');
    holder.stalled = false;
    expect((await edit({ brief: quick, image: small })).report).toMatchObject({ outcome: 'completed' });
  }, 40_000);

  it('drops an edit whose holder is gone', async () => {
    const ticket = await startSlow();
    const busy = worker.sandboxes().find((pid) => memoryOf(pid) > 100_000)!;
    holder.breakWatch(ticket.editId);
    await until(() => !worker.sandboxes().includes(busy), 1_000);
    expect(holder.edit(ticket.editId).reports).toEqual([]);
  });

  it('ends an edit at its deadline', async () => {
    const done = await edit({ brief: slow, image: large }, { deadlineMs: 400 });
    expect(done.report).toMatchObject({ outcome: 'failed', code: 'edit.deadline', sandboxEnded: true });
  });

  it('finishes the ticket of an edit that is over quietly', async () => {
    const ticket = await holder.hold({ brief: quick, image: small });
    holder.end(ticket.editId, 'cancelled');
    await queue.add(ticket);
    await until(async () => (await queue.depth()) === 0);
    expect((await edit({ brief: quick, image: small })).report).toMatchObject({ outcome: 'completed' });
  });

  it('talks to no holder but its own', async () => {
    const stranger = new SpecHolder();
    await stranger.listen();
    stranger.announcements.push(...holder.announcements);
    const ticket = await stranger.hold({ brief: quick, image: small });
    await queue.add(ticket);
    await until(async () => (await queue.depth()) === 0);
    await sleep(300);
    expect(stranger.edit(ticket.editId).watchers.size).toBe(0);
    expect(stranger.refused).toEqual([]);
    await stranger.close();
  });

  it('gives each edit a process of its own that is gone afterwards', async () => {
    const seen = new Set<number>();
    for (let index = 0; index < 6; index++) {
      const before = worker.sandboxes();
      await edit({ brief: quick, image: small });
      const gone = before.filter((pid) => !worker.sandboxes().includes(pid));
      for (const pid of gone) {
        expect(seen.has(pid)).toBe(false);
        seen.add(pid);
      }
    }
    expect(seen.size).toBeGreaterThanOrEqual(6);
  });

  it('opens no inspector at a signal, neither itself nor its sandboxes, and can dump none of them', async () => {
    await until(() => worker.sandboxes().length >= 2);
    const pids = [worker.pid, ...worker.sandboxes()];
    const ports = pids.map(listeningPorts);
    for (const pid of pids) process.kill(pid, 'SIGUSR1');
    await sleep(500);
    expect(pids.map(listeningPorts)).toEqual(ports);
    for (const pid of pids) expect(readFileSync(`/proc/${pid}/limits`, 'utf8')).toMatch(/Max core file size +1 +1 /);
    expect((await edit({ brief: quick, image: small })).report).toMatchObject({ outcome: 'completed' });
  });

  it('finishes what runs when it is told to stop, and leaves no process behind', async () => {
    const ticket = await startSlow();
    const sandboxes = worker.sandboxes();
    expect(await worker.stop()).toBe(0);
    expect(holder.edit(ticket.editId).reports[0]).toMatchObject({ outcome: 'completed' });
    expect(sandboxes.filter((pid) => memoryOf(pid) > 0)).toEqual([]);
  });

  it('leaves no process behind when it is killed', async () => {
    const doomed = new WorkerProcess(room.env);
    await until(() => doomed.sandboxes().length >= 3, 20_000);
    const sandboxes = doomed.sandboxes();
    await doomed.stop('SIGKILL');
    await until(() => sandboxes.every((pid) => memoryOf(pid) === 0), 3_000);
  });

  it('refuses to start in production where the network cannot be denied', async () => {
    const bold = new WorkerProcess({ ...room.env, NODE_ENV: 'production', SANDBOX_ISOLATION: 'process' });
    await until(() => bold.status !== null, 20_000);
    // The status of a wrong configuration, on which nobody starts it again.
    expect(bold.status).toBe(78);
  });
});

function memoryOf(pid: number): number {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(execFileSync('cat', [`/proc/${pid}/status`], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
