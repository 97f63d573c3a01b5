import { once } from 'node:events';
import { Agent, type IncomingMessage, type OutgoingHttpHeaders, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Readable } from 'node:stream';
import { internalPaths, type ParcelHeader, parcelHeader, type Progress, type Report } from '@flux-context/contracts';
import type { Secret } from '@flux-context/runtime';

/** The holder says that the edit is over, or it cannot be reached any more: in both cases nobody waits for an answer. */
export class EditOver extends Error {}

const headerBytesMax = 16_384;
/** A holder on the same network that says nothing for so long is gone. */
const answerMsMax = 10_000;

/** Kept shorter than the listener keeps them, so that a connection is never used just as it is closed. */
const agent = new Agent({ keepAlive: true, timeout: 30_000, maxFreeSockets: 64 });

/** What a worker asks of the holder of one edit. */
export class Holder {
  constructor(
    private readonly address: string,
    private readonly editId: string,
    private readonly credential: Secret,
  ) {}

  /** Resolves when the edit is over or the holder is gone; never rejects. Ends when `signal` aborts. */
  async overOrGone(signal: AbortSignal): Promise<void> {
    try {
      const response = await this.ask('GET', internalPaths.watch(this.editId), { signal });
      response.resume();
      await once(response, 'close');
    } catch {
      // A refused or broken connection says the same as a word: nobody waits for this edit.
    }
  }

  /** The header, and after it the sealed parts as they come from the wire. */
  async parcels(signal: AbortSignal): Promise<{ header: ParcelHeader; sealed: Readable }> {
    const response = await this.ask('GET', internalPaths.parcels(this.editId), { signal });
    if (response.statusCode !== 200) throw new EditOver();
    const line = await readLine(response);
    return { header: parcelHeader.parse(JSON.parse(line)), sealed: response };
  }

  async progress(progress: Progress, signal: AbortSignal): Promise<void> {
    await this.send('POST', internalPaths.progress(this.editId), JSON.stringify(progress), signal);
  }

  /** Sends a sealed answer of known length. False when the holder did not take it. */
  async answer(bytes: number, sealed: Readable, signal: AbortSignal): Promise<boolean> {
    const headers = { 'content-type': 'application/octet-stream', 'content-length': bytes };
    const response = await this.ask('PUT', internalPaths.answer(this.editId), { signal, headers }, sealed);
    response.resume();
    if (response.statusCode === 404) throw new EditOver();
    return response.statusCode === 204;
  }

  /** Says how the edit ended. Repeated when the connection broke, since a second report changes nothing. */
  async report(report: Report, signal: AbortSignal): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.send('POST', internalPaths.report(this.editId), JSON.stringify(report), signal);
      } catch (error) {
        if (error instanceof EditOver || signal.aborted || tries === 3) throw error;
      }
    }
  }

  private async send(method: string, path: string, body: string, signal: AbortSignal): Promise<void> {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const response = await this.ask(method, path, { signal, headers }, body);
    response.resume();
    if (response.statusCode !== 204) throw new EditOver();
  }

  private ask(method: string, path: string, options: { signal: AbortSignal; headers?: OutgoingHttpHeaders }, body?: string | Readable): Promise<IncomingMessage> {
    const url = new URL(path, this.address);
    const secure = url.protocol === 'https:';
    const headers = { ...options.headers, authorization: `Bearer ${this.credential.reveal()}` };
    return new Promise((resolve, reject) => {
      const request = (secure ? httpsRequest : httpRequest)(url, { ...options, ...(!secure && { agent }), method, headers });
      request.once('response', resolve).once('error', reject);
      if (body === undefined || typeof body === 'string') {
        request.setTimeout(answerMsMax, () => request.destroy(new Error('The holder does not answer.')));
        request.once('response', () => request.setTimeout(0));
        request.end(body);
      } else {
        body.once('error', (error) => request.destroy(error));
        body.pipe(request);
      }
    });
  }
}

/** Reads one line and leaves what follows in the stream. */
async function readLine(stream: Readable): Promise<string> {
  let line = Buffer.alloc(0);
  for (;;) {
    const chunk = stream.read() as Buffer | null;
    if (chunk === null) {
      if (stream.readableEnded || stream.destroyed) throw new EditOver();
      await once(stream, 'readable');
      continue;
    }
    const at = chunk.indexOf(10);
    line = Buffer.concat([line, at < 0 ? chunk : chunk.subarray(0, at)]);
    if (line.length > headerBytesMax) throw new Error('The header of the parcels is too long.');
    if (at < 0) continue;
    stream.unshift(chunk.subarray(at + 1));
    return line.toString('utf8');
  }
}
