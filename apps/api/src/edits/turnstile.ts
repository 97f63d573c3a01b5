import { Injectable } from '@nestjs/common';
import { CodedError } from '@flux-context/runtime';
import { EditSettings } from './edit-settings.js';

/** An edit takes seconds, so one of a person's many is over soon, and so is the stream that follows it. */
const retryAfterSeconds = 2;

const refusals = {
  edits: { code: 'capacity.person', limit: 'editsPerPersonMax' },
  streams: { code: 'capacity.streams', limit: 'eventStreamsPerPersonMax' },
} as const;

/**
 * How many edits one person has in this process, from the first byte of the upload to the end of the work, and how many event
 * streams, so that nobody fills the memory, the queue and the connections for all others. Counted by each API process for itself, without a word to the database:
 * with n processes a person has up to n times as many, and a process that dies takes its counts with it, as it does its edits.
 */
@Injectable()
export class Turnstile {
  private readonly inside = { edits: new Map<string, number>(), streams: new Map<string, number>() };

  constructor(private readonly settings: EditSettings) {}

  /** Counts one more and gives the way out, for once. Throws `capacity.person` or `capacity.streams`. */
  enter(what: 'edits' | 'streams', personId: string): () => void {
    const { code, limit } = refusals[what];
    const [counts, value] = [this.inside[what], this.settings[limit]];
    const count = counts.get(personId) ?? 0;
    if (count >= value) throw new CodedError(code, { retryAfterSeconds, limit: { name: limit, value } });
    counts.set(personId, count + 1);
    return () => {
      const left = counts.get(personId)! - 1;
      if (left === 0) counts.delete(personId);
      else counts.set(personId, left);
    };
  }

  /** A stream that counts from its first item to its end, however it ends. */
  async *counted<T>(personId: string, stream: AsyncIterable<T>): AsyncGenerator<T> {
    const leave = this.enter('streams', personId);
    try {
      yield* stream;
    } finally {
      leave();
    }
  }
}
