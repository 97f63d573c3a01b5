import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { prepareQueueSchema, queueName } from './index.js';
import { postgres, type QueueServer } from './tickets.spec-parts.js';

describe('the schema of a pool', () => {
  let server: QueueServer;

  beforeAll(async () => {
    server = await postgres.start();
  }, 60_000);

  afterAll(() => server.stop());

  it('confines the worker role to the queue of its pool', async () => {
    await prepareQueueSchema(server.admin.url, { schema: 'queue_private', role: `private_${process.pid}`, password: 'other' });
    const admin = new Client({ connectionString: server.admin.url });
    await admin.connect();
    await admin.query('CREATE TABLE public.people (name text)');
    await admin.end();
    const worker = new Client({ connectionString: server.worker.url });
    await worker.connect();
    for (const sql of [
      'SELECT * FROM queue_private.job',
      `SELECT queue_private.pause('${queueName('private', 'exact')}', true)`,
      'SELECT * FROM public.people',
      'CREATE TABLE public.mine (x int)',
      'CREATE TABLE queue_shared.mine (x int)',
      'DELETE FROM queue_shared.migration',
      'CREATE ROLE other',
    ]) {
      await expect(worker.query(sql)).rejects.toMatchObject({ code: '42501' });
    }
    await expect(worker.query('SELECT count(*) FROM queue_shared.job')).resolves.toMatchObject({ rowCount: 1 });
    await worker.end();
  });

  it('can be prepared by several processes at once', async () => {
    const again = { schema: 'queue_again', role: `again_${process.pid}`, password: 'again' };
    await expect(Promise.all(Array.from({ length: 4 }, () => prepareQueueSchema(server.admin.url, again)))).resolves.toHaveLength(4);
  });
});
