import { Injectable } from '@nestjs/common';
import { CodedError } from '@flux-context/runtime';
import { EditSettings } from './edit-settings.js';

/** An edit takes seconds, so one of a person's many is over soon. */
const retryAfterSeconds = 2;

/**
 * How many edits one person has in this process, from the first byte of the upload to the end of the work, so that nobody
 * fills the memory and the queue for all others. Counted by each API process for itself, without a word to the database:
 * with n processes a person has up to n times as many, and a process that dies takes its counts with it, as it does its edits.
 */
@Injectable()
export class Turnstile {
  private readonly inside = new Map<string, number>();

  constructor(private readonly settings: EditSettings) {}

  /** Counts one more and gives the way out, for once. Throws `capacity.person`. */
  enter(personId: string): () => void {
    const { editsPerPersonMax: value } = this.settings;
    const count = this.inside.get(personId) ?? 0;
    if (count >= value) throw new CodedError('capacity.person', { retryAfterSeconds, limit: { name: 'editsPerPersonMax', value } });
    this.inside.set(personId, count + 1);
    return () => this.leave(personId);
  }

  private leave(personId: string): void {
    const left = this.inside.get(personId)! - 1;
    if (left === 0) this.inside.delete(personId);
    else this.inside.set(personId, left);
  }
}
