import { once } from 'node:events';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Response } from 'express';
import type { BytesAnswer, EventsAnswer } from './answers.js';

/** Comments that keep proxies from closing a silent stream. */
const heartbeatMs = 15_000;

/** How long an answer of bytes may take to be read, as long as a request may take to be sent; and an event. */
const readingMsMax = { bytes: 300_000, event: 60_000 };

/** Writes the bytes and tells `sent` how it ended. Rejects only while nothing was written yet. Who reads too slowly is hung up on, because what he was sent is held for him. */
export async function writeBytes(response: Response, { parts }: BytesAnswer, msMax = readingMsMax.bytes): Promise<void> {
  const chunks = parts.bytes[Symbol.asyncIterator]();
  let whole = false;
  try {
    const first = await chunks.next();
    response.status(parts.status).set(parts.headers);
    whole = await pipeline(Readable.from(following(first, chunks), { objectMode: false }), response, { signal: AbortSignal.timeout(msMax) }).then(
      () => true,
      () => false,
    );
  } finally {
    parts.sent?.(whole);
  }
}

async function* following(first: IteratorResult<Uint8Array>, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    for (let chunk = first; chunk.done !== true; chunk = await rest.next()) yield chunk.value;
  } finally {
    await rest.return?.();
  }
}

/** Writes events until they end or the caller is gone. An error in mid-stream ends it; the caller then asks for the status. */
export async function writeEvents(response: Response, { events }: EventsAnswer, msMax = readingMsMax.event): Promise<void> {
  const source = events[Symbol.asyncIterator]();
  let next = source.next();
  // The first event is awaited, so that a refusal is still a problem with its own status.
  await Promise.race([next, once(response, 'close')]);
  response.status(200).set({ 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store', 'X-Accel-Buffering': 'no' });
  response.flushHeaders();
  const heartbeat = setInterval(() => response.write(': still here\n\n'), heartbeatMs);
  const closed = new Promise<'closed'>((resolve) => {
    if (response.closed) resolve('closed');
    else response.once('close', () => resolve('closed'));
  });
  try {
    for (;;) {
      const step = await Promise.race([next, closed]);
      if (step === 'closed' || step.done === true) break;
      if (!response.write(`event: ${step.value.event}\ndata: ${JSON.stringify(step.value.data)}\n\n`)) await Promise.race([once(response, 'drain', { signal: AbortSignal.timeout(msMax) }), closed]);
      next = source.next();
    }
  } catch {
    response.destroy();
  } finally {
    clearInterval(heartbeat);
    void source.return?.();
    response.end();
  }
}
