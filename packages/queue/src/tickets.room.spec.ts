import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Ticket } from '@flux-context/contracts';
import { TicketQueue } from './index.js';
import { backends, complain, type QueueServer, SpecWorkers, ticketFor, until } from './tickets.spec-parts.js';

for (const { backend, start, present } of backends) {
  (present ? describe : describe.skip)(`tickets on ${backend}`, () => {
    let server: QueueServer;
    let queue: TicketQueue;
    const workers = new SpecWorkers(() => server.worker);

    beforeAll(async () => {
      server = await start();
      queue = new TicketQueue({ connection: server.admin, pool: 'shared', engine: 'exact', onError: complain });
      await queue.ready();
    }, 60_000);

    afterEach(() => workers.stop());

    afterAll(async () => {
      await queue.close();
      await server.stop();
    });

    it('hands a ticket over once and keeps nothing of it', async () => {
      const taken: Ticket[] = [];
      await workers.consume(async (ticket) => void taken.push(ticket));
      const ticket = ticketFor();
      await queue.add(ticket);
      await until(() => taken.length === 1);
      expect(taken).toEqual([ticket]);
      await sleep(100);
      expect(await queue.positionOf(ticket.editId)).toBeUndefined();
      expect(await queue.depth()).toBe(0);
    });

    it('is one ticket when the same edit is added twice', async () => {
      const ticket = ticketFor();
      await queue.add(ticket);
      await queue.add(ticket);
      expect(await queue.depth()).toBe(1);
      await queue.remove(ticket.editId);
      expect(await queue.depth()).toBe(0);
    });

    it('says who is next, and gives tickets out in that order', async () => {
      const tickets = [ticketFor(), ticketFor(), ticketFor()] as const;
      for (const ticket of tickets) await queue.add(ticket);
      expect(await Promise.all(tickets.map(({ editId }) => queue.positionOf(editId)))).toEqual([0, 1, 2]);
      await queue.remove(tickets[1].editId);
      expect(await queue.positionOf(tickets[2].editId)).toBe(1);
      const order: string[] = [];
      await workers.consume(async ({ editId }) => void order.push(editId));
      await until(() => order.length === 2);
      expect(order).toEqual([tickets[0].editId, tickets[2].editId]);
    });

    it('does not let a running edit be removed or have a place', async () => {
      let finish = (): void => undefined;
      let aborted = false;
      await workers.consume((_ticket, signal) => new Promise<void>((resolve) => {
        finish = resolve;
        signal.addEventListener('abort', () => (aborted = true));
      }));
      const ticket = ticketFor();
      await queue.add(ticket);
      await until(async () => (await queue.depth()) === 0);
      await sleep(300);
      expect(await queue.positionOf(ticket.editId)).toBeUndefined();
      await queue.remove(ticket.editId);
      await sleep(1_500);
      expect(aborted).toBe(false);
      finish();
    });

    it('refuses a ticket that is not one, on the way in and on the way out', async () => {
      await expect(queue.add({ ...ticketFor(), parcelsAt: 'nowhere' })).rejects.toThrow();
      await expect(queue.add({ ...ticketFor(), pool: 'other' })).rejects.toThrow('another queue');
    });

    it('finishes what runs when it drains, and takes nothing new', async () => {
      const ended: string[] = [];
      const consumer = await workers.consume(async ({ editId }, signal) => {
        await sleep(300);
        if (!signal.aborted) ended.push(editId);
      });
      const running = ticketFor();
      await queue.add(running);
      await until(async () => (await queue.depth()) === 0);
      const closing = consumer.close(5_000);
      const later = ticketFor();
      await queue.add(later);
      await closing;
      expect(ended).toEqual([running.editId]);
      expect(await queue.positionOf(later.editId)).toBe(0);
      await queue.remove(later.editId);
    });

    it('takes a ticket within milliseconds', async () => {
      const delays: number[] = [];
      let added = 0;
      await workers.consume(async () => void delays.push(performance.now() - added));
      for (let i = 0; i < 60; i++) {
        added = performance.now();
        await queue.add(ticketFor());
        await until(() => delays.length === i + 1);
        await sleep(20);
      }
      const median = delays.toSorted((a, b) => a - b)[30];
      expect(median).toBeLessThan(50);
    });
  });
}
