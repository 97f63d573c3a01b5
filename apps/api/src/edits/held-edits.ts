import { Injectable } from '@nestjs/common';
import type { RunningEdit } from './running-edit.js';

/** The edits that this process holds, by id, from acceptance to erasure. */
@Injectable()
export class HeldEdits {
  private readonly edits = new Map<string, RunningEdit>();
  private readonly arriving = new Map<string, Promise<void>>();
  /** Set when the process shuts down: nothing new is accepted. */
  closing = false;

  add(edit: RunningEdit): void {
    this.edits.set(edit.id, edit);
  }

  get(editId: string): RunningEdit | undefined {
    return this.edits.get(editId);
  }

  /** Lets those who ask for an edit wait while it is accepted and sealed: others may know its id from the moment of its commit. */
  arrive<T>(editId: string, arrival: Promise<T>): Promise<T> {
    const over = () => void this.arriving.delete(editId);
    this.arriving.set(editId, arrival.then(over, over));
    return arrival;
  }

  async find(editId: string): Promise<RunningEdit | undefined> {
    await this.arriving.get(editId);
    return this.edits.get(editId);
  }

  remove(editId: string): void {
    this.edits.delete(editId);
  }

  all(): RunningEdit[] {
    return [...this.edits.values()];
  }

  /** Those that still wait for their worker. */
  running(): RunningEdit[] {
    return this.all().filter((edit) => edit.state === 'accepted');
  }
}
