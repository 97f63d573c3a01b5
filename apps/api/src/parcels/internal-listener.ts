import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { errorDefinitions, type ErrorCode } from '@flux-context/contracts';
import { CodedError, serverLimits } from '@flux-context/runtime';

/** Who calls: a worker of one pool, or another API process. */
export type InternalCaller = { readonly kind: 'worker'; readonly pool: string } | { readonly kind: 'peer' };

/** One internal call: the edit named in the path, if any, the body, and a way to answer. */
export interface InternalCall {
  readonly caller: InternalCaller;
  readonly editId: string;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}
export type InternalDoor = (call: InternalCall) => Promise<void>;

const editIdPattern = /^edt_[0-9a-f]{32}$/;

/**
 * The listener for workers and for other API processes. Every call needs a credential; which one is recognised and which
 * doors exist is told by the room `edits`. It must not know what an edit is.
 */
export class InternalListener {
  private readonly doors = new Map<string, { readonly kind: InternalCaller['kind']; readonly open: InternalDoor }>();
  private readonly server: Server = createServer({ ...serverLimits, requestTimeout: 0, keepAliveTimeout: 60_000 }, (request, response) => void this.answer(request, response));

  constructor(private readonly recognise: (bearer: string) => InternalCaller | undefined) {}

  /** `path` has one `*` where the edit's id stands, or none. */
  door(method: string, path: string, kind: InternalCaller['kind'], open: InternalDoor): void {
    this.doors.set(`${kind} ${method} ${path}`, { kind, open });
  }

  async listen(host: string, port: number): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, host, resolve);
    });
    return (this.server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const bearer = /^Bearer (\S{1,512})$/.exec(request.headers.authorization ?? '')?.[1];
      const caller = bearer === undefined ? undefined : this.recognise(bearer);
      if (!caller) throw new CodedError('principal.missing');
      const { path, editId } = parse(request.url ?? '/');
      const door = this.doors.get(`${caller.kind} ${request.method} ${path}`);
      if (!door) throw new CodedError('request.not_found');
      await door.open({ caller, editId, request, response });
    } catch (error) {
      refuse(response, error instanceof CodedError ? error.code : 'internal.unexpected');
    }
  }
}

function parse(url: string): { path: string; editId: string } {
  const pieces = url.split('?', 1)[0]!.split('/');
  const at = pieces.findIndex((piece) => editIdPattern.test(piece));
  if (at < 0) return { path: pieces.join('/'), editId: '' };
  const editId = pieces[at]!;
  pieces[at] = '*';
  return { path: pieces.join('/'), editId };
}

function refuse(response: ServerResponse, code: ErrorCode): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.writeHead(errorDefinitions[code].status, { 'content-type': 'application/json', connection: 'close' });
  response.end(JSON.stringify({ code }));
}

/** Reads a small JSON body of an internal call; more than 64 KiB is refused. */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.byteLength;
    if (bytes > 65_536) throw new CodedError('request.too_large');
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch (cause) {
    throw new CodedError('request.malformed', { cause });
  }
}
