import { describe, expect, it } from 'vitest';
import { readEvents, type ServerEvent } from './server-events.js';

const streamOf = (...chunks: string[]): ReadableStream<Uint8Array> =>
  new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(new TextEncoder().encode(chunk));
      controller.close();
    },
  });

async function all(stream: ReadableStream<Uint8Array>): Promise<ServerEvent[]> {
  const events: ServerEvent[] = [];
  for await (const event of readEvents(stream)) events.push(event);
  return events;
}

describe('readEvents', () => {
  it('reads an event however the bytes are cut', async () => {
    const text = 'event: status\r\ndata: {"n":"é"}\r\n\r\n: still here\n\nevent:status\ndata:a\ndata:b\n\n';
    const bytes = new TextEncoder().encode(text);
    for (let size = 1; size < 20; size++) {
      const pieces: Uint8Array[] = [];
      for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size));
      const stream = new ReadableStream<Uint8Array>({ start: (c) => (pieces.forEach((piece) => c.enqueue(piece)), c.close()) });
      expect(await all(stream)).toEqual([{ event: 'status', data: '{"n":"é"}' }, { event: 'status', data: 'a\nb' }]);
    }
  });

  it('drops an event that was cut off before its end', async () => {
    expect(await all(streamOf('data: whole\n\ndata: ha'))).toEqual([{ event: 'message', data: 'whole' }]);
  });

  it('closes the stream when the reader leaves the loop', async () => {
    let closed = false;
    const endless = new ReadableStream<Uint8Array>({ pull: (c) => c.enqueue(new TextEncoder().encode('data: tick\n\n')), cancel: () => void (closed = true) });
    for await (const event of readEvents(endless)) if (event.data === 'tick') break;
    expect(closed).toBe(true);
  });
});
