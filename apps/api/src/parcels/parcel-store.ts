import { CodedError } from '@flux-context/runtime';

/** A claim on the byte budget. It can only be shrunk or released; growing claims again. */
export interface Claim {
  readonly bytes: number;
  /** Claims more; throws `capacity.parcels` when the budget has no room. */
  grow(bytes: number): void;
  /** Gives back all but `bytes`. */
  shrinkTo(bytes: number): void;
  release(): void;
}

interface Held {
  readonly claim: Claim;
  parts: readonly Uint8Array[];
  answer: readonly Uint8Array[];
  /** When these bytes will be let go at the latest, in ms since the epoch; makes Retry-After truthful. */
  until: number;
  /** Delivered and without a key that could ask again: may be let go early when room is needed. */
  spare: (() => void) | undefined;
}

/**
 * Sealed bytes in this process's memory, within one byte budget. Nothing here is ever written anywhere else.
 * Bytes are overwritten before they are let go.
 */
export class ParcelStore {
  private readonly held = new Map<string, Held>();
  private claimed = 0;

  constructor(
    readonly bytesMax: number,
    private readonly now: () => number = Date.now,
  ) {}

  get bytes(): number {
    return this.claimed;
  }

  get count(): number {
    return this.held.size;
  }

  claim(bytes: number): Claim {
    this.take(bytes);
    let mine = bytes;
    return {
      get bytes() {
        return mine;
      },
      grow: (more) => {
        this.take(more);
        mine += more;
      },
      shrinkTo: (left) => {
        if (left >= mine) return;
        this.claimed -= mine - left;
        mine = left;
      },
      release: () => {
        this.claimed -= mine;
        mine = 0;
      },
    };
  }

  /** Keeps the sealed parts of an edit under a claim made before, until `until` (ms since the epoch) at the latest. */
  hold(editId: string, parts: readonly Uint8Array[], claim: Claim, until: number): void {
    this.held.set(editId, { parts, answer: [], claim, until, spare: undefined });
  }

  partsOf(editId: string): readonly Uint8Array[] | undefined {
    const held = this.held.get(editId);
    return held && held.parts.length > 0 ? held.parts : undefined;
  }

  /** Replaces the parts by the sealed answer and gives back what the claim held for more. */
  keepAnswer(editId: string, answer: readonly Uint8Array[]): void {
    const held = this.held.get(editId);
    if (!held) throw new CodedError('edit.not_found', { editId });
    held.answer = answer;
  }

  answerOf(editId: string): readonly Uint8Array[] | undefined {
    const answer = this.held.get(editId)?.answer;
    return answer && answer.length > 0 ? answer : undefined;
  }

  /** After settlement nobody fetches the parts again: only the answer stays, until `until`. */
  dropParts(editId: string, until: number): void {
    const held = this.held.get(editId);
    if (!held) return;
    overwrite(held.parts);
    held.parts = [];
    held.until = until;
    held.claim.shrinkTo(sizeOf(held.answer));
  }

  /** Marks an answer as let go early when room is needed; `letGo` must end in `drop`. */
  spare(editId: string, letGo: () => void): void {
    const held = this.held.get(editId);
    if (held) held.spare = letGo;
  }

  /** Overwrites and forgets everything of an edit. Safe to call twice. */
  drop(editId: string): void {
    const held = this.held.get(editId);
    if (!held) return;
    this.held.delete(editId);
    overwrite(held.parts);
    overwrite(held.answer);
    held.claim.release();
  }

  private take(bytes: number): void {
    if (this.claimed + bytes > this.bytesMax) this.makeRoom(bytes);
    if (this.claimed + bytes > this.bytesMax) throw new CodedError('capacity.parcels', { retryAfterSeconds: this.secondsUntilRoom(bytes) });
    this.claimed += bytes;
  }

  private makeRoom(bytes: number): void {
    for (const held of this.held.values()) {
      if (this.claimed + bytes <= this.bytesMax) return;
      held.spare?.();
    }
  }

  /** Seconds until enough is let go even if every edit takes all its time. */
  private secondsUntilRoom(bytes: number): number {
    let free = this.bytesMax - this.claimed;
    for (const held of [...this.held.values()].toSorted((a, b) => a.until - b.until)) {
      free += held.claim.bytes;
      if (free >= bytes) return Math.max(1, Math.ceil((held.until - this.now()) / 1_000));
    }
    return 1;
  }
}

function overwrite(pieces: readonly Uint8Array[]): void {
  for (const piece of pieces) piece.fill(0);
}

function sizeOf(pieces: readonly Uint8Array[]): number {
  return pieces.reduce((sum, piece) => sum + piece.byteLength, 0);
}
