import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { EditStatus } from '@flux-context/contracts';
import type { TicketQueue } from '@flux-context/queue';
import { EditSettings } from './edit-settings.js';
import { HeldEdits } from './held-edits.js';
import type { RunningEdit } from './running-edit.js';

/** One queue per pool and engine, so that quick edits never wait behind slow ones. */
@Injectable()
export class TicketQueues implements OnApplicationShutdown {
  constructor(
    private readonly queues: ReadonlyMap<string, TicketQueue>,
    private readonly held: HeldEdits,
    private readonly settings: EditSettings,
  ) {}

  static key(pool: string, engine: string): string {
    return `${pool}/${engine}`;
  }

  /** Step 5: the ticket, which opens nothing. */
  async dispatch(edit: RunningEdit): Promise<void> {
    await this.of(edit).add({
      version: 1,
      editId: edit.id,
      pool: edit.pool,
      engine: edit.accepted.engine,
      parcelsAt: this.settings.internalUrl,
      deadline: edit.accepted.deadline.toISOString(),
    });
  }

  /** Takes back a ticket that no worker has taken yet. */
  async withdraw(edit: RunningEdit): Promise<void> {
    await this.of(edit).remove(edit.id);
  }

  /** How many edits are ahead; undefined when it runs. */
  async positionOf(edit: RunningEdit): Promise<number | undefined> {
    return this.of(edit).positionOf(edit.id);
  }

  /** Tells followed edits of this holder where they stand. Called when one moved, not by a clock. */
  async standInLine(): Promise<void> {
    for (const edit of this.held.running()) if (edit.followed) edit.stand(await this.positionOf(edit));
  }

  /** The status of an edit with its place in the queue, now and after each change, until it ends. */
  async *follow(edit: RunningEdit, signal: AbortSignal): AsyncGenerator<EditStatus> {
    edit.stand(await this.positionOf(edit));
    yield* edit.changes(signal);
  }

  /** A pool's workers can write what they like into their own queue, so it is believed about its own edits only. */
  onLost(listener: (editId: string) => void): void {
    for (const [key, queue] of this.queues) {
      queue.onLost((editId) => {
        const edit = this.held.get(editId);
        if (edit && TicketQueues.key(edit.pool, edit.accepted.engine) === key) listener(editId);
      });
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([...this.queues.values()].map((queue) => queue.close()));
  }

  private of(edit: RunningEdit): TicketQueue {
    const queue = this.queues.get(TicketQueues.key(edit.pool, edit.accepted.engine));
    if (!queue) throw new Error('a routed edit has a queue');
    return queue;
  }
}
