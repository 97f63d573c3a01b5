/** A JSON body with a status and headers of its own. Without a body nothing is written but the head. */
export class Answer {
  constructor(
    readonly status: number,
    readonly body?: object,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {}
}

export interface BytesAnswerParts {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: AsyncIterable<Uint8Array>;
  /** Called once, when the answer ended: whether the last byte was handed to the connection. */
  readonly sent?: (whole: boolean) => void;
}

/** Bytes as they come. An error before the first chunk is answered as a problem; a later one breaks the connection. */
export class BytesAnswer {
  constructor(readonly parts: BytesAnswerParts) {}
}

export interface ServerEvent {
  readonly event: string;
  readonly data: unknown;
}

/** Server-sent events; the stream ends with the iterable. It must end by itself when the caller hangs up: see `@HangUp`. */
export class EventsAnswer {
  constructor(readonly events: AsyncIterable<ServerEvent>) {}
}
