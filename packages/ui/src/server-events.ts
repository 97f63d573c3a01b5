import { ProblemError } from './problem-error.js';

export interface ServerEvent {
  readonly event: string;
  readonly data: string;
}

/**
 * Reads `text/event-stream` (WHATWG HTML, section 9.2). Own reader instead of EventSource, which hides the status and the
 * problem of a refusal, and calls again by itself after the end. Leaving the loop closes the stream.
 */
export async function* readEvents(stream: ReadableStream<Uint8Array>): AsyncGenerator<ServerEvent> {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  let event = '';
  let data: string[] = [];
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((cause: unknown) => {
        throw ProblemError.ofTransport('connection.lost', 0, cause);
      });
      if (done) return;
      const lines = (rest + decoder.decode(value, { stream: true })).split(/\r\n|\n|\r(?!$)/);
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (line === '') {
          if (data.length > 0) yield { event: event === '' ? 'message' : event, data: data.join('\n') };
          event = '';
          data = [];
        } else {
          const [, name, text = ''] = /^([^:]*):? ?(.*)$/.exec(line) ?? [];
          if (name === 'event') event = text;
          else if (name === 'data') data.push(text);
        }
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
