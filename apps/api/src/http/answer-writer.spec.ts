import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import express, { type Response } from 'express';
import { writeBytes, writeEvents } from './answer-writer.js';
import { BytesAnswer, EventsAnswer } from './answers.js';

/** Serves `answer` to a caller who asks and then reads nothing, until the connection is gone. */
async function toWhoNeverReads(answer: (response: Response) => Promise<void>): Promise<void> {
  const app = express();
  let written: Promise<void> | undefined;
  const closed = new Promise<void>((resolve) => app.get('/', (_request, response) => {
    response.once('close', resolve);
    written = answer(response);
  }));
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const caller = connect((server.address() as AddressInfo).port, '127.0.0.1', () => caller.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n'));
  caller.pause();
  caller.on('error', () => undefined);
  await closed;
  await written;
  caller.destroy();
  server.close();
}

const megabyte = Buffer.alloc(1_000_000);

describe('an answer that nobody reads', () => {
  it('of bytes is broken off after its time, told as not sent, and let go', async () => {
    const told: boolean[] = [];
    let ended = false;
    async function* endless() {
      try {
        for (;;) yield megabyte;
      } finally {
        ended = true;
      }
    }
    await toWhoNeverReads((response) => writeBytes(response, new BytesAnswer({ status: 200, headers: {}, bytes: endless(), sent: (whole) => told.push(whole) }), 200));
    expect([told, ended]).toEqual([[false], true]);
  });

  it('of events is broken off, and its source is ended', async () => {
    let ended = false;
    async function* endless() {
      try {
        for (;;) yield { event: 'status', data: megabyte.toString('latin1') };
      } finally {
        ended = true;
      }
    }
    await toWhoNeverReads((response) => writeEvents(response, new EventsAnswer(endless()), 200));
    expect(ended).toBe(true);
  });
});
