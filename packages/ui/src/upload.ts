import { ProblemError, parseJson } from './problem-error.js';

export interface UploadOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** Bytes that have left so far, of how many. */
  readonly onProgress?: (sent: number, total: number) => void;
  readonly signal?: AbortSignal;
}

export interface UploadAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** Sends a form by XMLHttpRequest, because fetch cannot tell how much of a body has left. Fails as the client does. */
export function upload(address: string, form: FormData, { headers = {}, onProgress, signal }: UploadOptions): Promise<UploadAnswer> {
  return new Promise((resolve, reject: (error: Error) => void) => {
    if (signal?.aborted === true) return reject(reasonOf(signal));
    const request = new XMLHttpRequest();
    const abort = (): void => request.abort();
    signal?.addEventListener('abort', abort, { once: true });
    request.open('POST', address);
    request.setRequestHeader('Accept', 'application/json');
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    if (onProgress !== undefined) request.upload.addEventListener('progress', (event) => onProgress(event.loaded, event.total));
    request.addEventListener('abort', () => reject(signal === undefined ? ProblemError.ofTransport('connection.lost') : reasonOf(signal)));
    request.addEventListener('error', () => reject(ProblemError.ofTransport('connection.lost')));
    request.addEventListener('load', () => {
      if (request.status >= 200 && request.status < 300) resolve({ status: request.status, body: parseJson(request.responseText) });
      else reject(ProblemError.fromAnswer({ status: request.status, body: request.responseText, retryAfter: request.getResponseHeader('Retry-After') }));
    });
    request.addEventListener('loadend', () => signal?.removeEventListener('abort', abort));
    request.send(form);
  });
}

const reasonOf = (signal: AbortSignal): Error => (signal.reason instanceof Error ? signal.reason : new DOMException('Cancelled.', 'AbortError'));
