import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { TicketQueue } from './index.js';
import { backends, complain, type QueueServer, repository, SpecWorkers, ticketFor, until } from './tickets.spec-parts.js';

for (const { backend, start, present } of backends) {
  (present ? describe : describe.skip)(`redelivery on ${backend}`, () => {
    let server: QueueServer;
    let queue: TicketQueue;
    const workers = new SpecWorkers(() => server.worker);

    beforeAll(async () => {
      execFileSync(process.execPath, ['node_modules/typescript7/bin/tsc', '-b', 'packages/queue'], { cwd: repository });
      server = await start();
      queue = new TicketQueue({ connection: server.admin, pool: 'shared', engine: 'exact', onError: complain });
      await queue.ready();
    }, 60_000);

    afterEach(() => workers.stop());

    afterAll(async () => {
      await queue.close();
      await server.stop();
    });

    it('gives the ticket of a killed worker to another within 5 s', async () => {
      const doomed = await workers.startDoomed();
      const ticket = ticketFor();
      await queue.add(ticket);
      await doomed.takes(ticket.editId);
      const taken: string[] = [];
      await workers.consume(async ({ editId }) => void taken.push(editId));
      await sleep(1_500);
      expect(taken).toEqual([]);
      const killedAt = performance.now();
      doomed.kill();
      await until(() => taken.length === 1, 6_000);
      expect(performance.now() - killedAt).toBeLessThan(5_000);
      expect(taken).toEqual([ticket.editId]);
    });

    it('tells the API that an edit is lost when two workers died over it', async () => {
      const lost: string[] = [];
      queue.onLost((editId) => lost.push(editId));
      const ticket = ticketFor();
      await queue.add(ticket);
      for (let delivery = 1; delivery <= 2; delivery++) {
        const doomed = await workers.startDoomed();
        await doomed.takes(ticket.editId);
        doomed.kill();
      }
      const taken: string[] = [];
      await workers.consume(async ({ editId }) => void taken.push(editId));
      await until(() => lost.length === 1, 8_000);
      expect(lost).toEqual([ticket.editId]);
      expect(taken).toEqual([]);
      expect(await queue.depth()).toBe(0);
    });

    it('calls an edit lost when its worker throws', async () => {
      const lost: string[] = [];
      queue.onLost((editId) => lost.push(editId));
      const errors: unknown[] = [];
      const failure = new Error('make the secret red');
      await workers.consume(() => Promise.reject(failure), (error) => errors.push(error));
      const ticket = ticketFor();
      await queue.add(ticket);
      await until(() => lost.includes(ticket.editId));
      expect(errors).toEqual([failure]);
    });

    it('gives what a draining worker could not finish to another', async () => {
      const aborted: string[] = [];
      const first = await workers.consume(({ editId }, signal) => new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          aborted.push(editId);
          reject(new Error('too late'));
        });
      }));
      const ticket = ticketFor();
      await queue.add(ticket);
      await until(async () => (await queue.depth()) === 0);
      await first.close(100);
      expect(aborted).toEqual([ticket.editId]);
      const taken: string[] = [];
      await workers.consume(async ({ editId }) => void taken.push(editId));
      await until(() => taken.length === 1, 6_000);
      expect(taken).toEqual([ticket.editId]);
    });

    it('does not lose the ticket of a worker whose event loop hangs for two seconds', async () => {
      const decoy = await workers.startDoomed();
      const held = ticketFor();
      await queue.add(held);
      await decoy.takes(held.editId);
      const deliveries: boolean[] = [];
      await workers.consume(async (_ticket, signal) => {
        await sleep(1_300);
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2_000);
        await sleep(1_500);
        deliveries.push(signal.aborted);
      });
      await queue.add(ticketFor());
      await until(() => deliveries.length > 0, 10_000);
      await sleep(1_500);
      expect(deliveries).toEqual([false]);
      decoy.kill();
    });
  });
}
