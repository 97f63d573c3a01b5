import { type Checkpoint, parseCheckpoint } from './checkpoint.js';
import { GrowingTree, type Tile } from './growing-tree.js';
import { hashBytes, hashingWith, sameBytes, type Sha256 } from './hashing.js';
import { type NoteKey, openNote, type VerifyEd25519 } from './signed-note.js';
import { bundlesOf, hashesIn, type TileAt, tilePath, tileWidth, unpackEntries } from './tiles.js';
import { TreeError } from './tree-error.js';

/** Where a log is read from: its files as c2sp.org/tlog-tiles lays them out. Rejects with `TreeError` when there is no such file. */
export interface LogSource {
  checkpoint(): Promise<string>;
  tile(at: TileAt): Promise<Uint8Array>;
  /** The first entry that was not let go by the log's retention; 0 when absent. */
  minimum?(): Promise<number>;
}

/** One thing that is not as the log's key has signed it. */
export type LogFault =
  /** The entry at `index` is not the one that the tree was built from. */
  | { readonly kind: 'entry'; readonly index: number }
  /** A tile or a bundle is missing, malformed, or not what the entries hash to. */
  | { readonly kind: 'tile'; readonly path: string }
  /** The entries do not hash to the root of the checkpoint. */
  | { readonly kind: 'root' }
  /** The log is shorter than at the earlier checkpoint: entries were cut off. */
  | { readonly kind: 'truncated'; readonly earlierSize: number }
  /** What was there at the earlier checkpoint is not what is there now. */
  | { readonly kind: 'rewritten'; readonly earlierSize: number };

export interface LogReport {
  readonly checkpoint: Checkpoint;
  /** Entries before it are gone: of them only the hashes were compared. */
  readonly minimum: number;
  /** Empty when everything is as it was signed; in the order of the log, and no more than `faultsMax`. */
  readonly faults: readonly LogFault[];
}

export interface LogAudit {
  readonly source: LogSource;
  readonly key: NoteKey;
  readonly sha256: Sha256;
  readonly verify: VerifyEd25519;
  /** A checkpoint that was kept from an earlier visit. Without it nobody can tell that the log's owner signed another history. */
  readonly earlier?: string;
  readonly onProgress?: (entries: number, size: number) => void;
}

/** Beyond this many the report says nothing more: a log so damaged is not read entry by entry. */
export const faultsMax = 100;

/**
 * Reads a whole log, computes its tree anew from the entries and compares every tile and the root with what was signed; memory
 * does not grow with the log. Throws `TreeError` when a checkpoint is malformed or not signed by the key: then there is nothing
 * to compare with.
 */
export async function verifyLog(audit: LogAudit): Promise<LogReport> {
  const open = async (note: string): Promise<Checkpoint> => parseCheckpoint(await openNote(audit.sha256, note, audit.key, audit.verify));
  const earlier = audit.earlier === undefined ? undefined : await open(audit.earlier);
  const checkpoint = await open(await audit.source.checkpoint());
  if (earlier !== undefined && earlier.origin !== checkpoint.origin) throw new TreeError('The earlier checkpoint is of another log.');
  const minimum = (await audit.source.minimum?.()) ?? 0;
  if (!Number.isSafeInteger(minimum) || minimum < 0 || minimum % tileWidth > 0 || minimum > checkpoint.size) throw new TreeError('The log does not begin at the end of a bundle.');
  return new LogReading(audit, { checkpoint, earlier, minimum }).run();
}

interface Bounds {
  readonly checkpoint: Checkpoint;
  readonly earlier: Checkpoint | undefined;
  readonly minimum: number;
}

class LogReading implements Bounds {
  readonly checkpoint: Checkpoint;
  readonly earlier: Checkpoint | undefined;
  readonly minimum: number;
  readonly #hashing;
  readonly #tree;
  readonly #faults: LogFault[] = [];
  /** The tile of each level that may still become wider. */
  readonly #growing = new Map<number, Tile>();

  constructor(
    private readonly audit: LogAudit,
    { checkpoint, earlier, minimum }: Bounds,
  ) {
    this.checkpoint = checkpoint;
    this.earlier = earlier;
    this.minimum = minimum;
    this.#hashing = hashingWith(audit.sha256);
    this.#tree = new GrowingTree(this.#hashing);
  }

  async run(): Promise<LogReport> {
    const { size, root } = this.checkpoint;
    this.compareEarlier();
    for (const bundle of bundlesOf(size)) {
      const leaves = await this.read(bundle, () => this.leavesOf(bundle));
      if (leaves === undefined || this.#faults.length >= faultsMax) return this.report();
      await this.take(leaves);
      this.audit.onProgress?.(this.#tree.size, size);
    }
    for (const { level } of GrowingTree.edgeOf(size)) await this.compare(this.#growing.get(level));
    if (!sameBytes(this.#tree.root(), root)) this.#faults.push({ kind: 'root' });
    return this.report();
  }

  /** Hashes of entries; of those that are gone as the log keeps them, which the root then vouches for. */
  private async leavesOf(bundle: TileAt): Promise<Uint8Array[]> {
    const { source } = this.audit;
    if (bundle.index * tileWidth >= this.minimum) return unpackEntries(await source.tile(bundle), bundle.width).map(this.#hashing.leaf);
    const tile = await source.tile({ ...bundle, level: 0 });
    if (tile.length !== bundle.width * hashBytes) throw new TreeError('A tile holds another number of hashes.');
    return hashesIn(tile);
  }

  private report(): LogReport {
    return { checkpoint: this.checkpoint, minimum: this.minimum, faults: this.#faults.slice(0, faultsMax) };
  }

  /** Stops at the size of the earlier checkpoint to look at the root. */
  private async take(leaves: readonly Uint8Array[]): Promise<void> {
    const until = (this.earlier?.size ?? 0) - this.#tree.size;
    const parts = until > 0 && until < leaves.length ? [leaves.slice(0, until), leaves.slice(until)] : [leaves];
    for (const part of parts) {
      const changed = this.#tree.append(part);
      this.compareEarlier();
      for (const tile of changed) {
        if (tile.width === tileWidth) await this.compare(tile);
        this.#growing.set(tile.level, tile);
      }
    }
  }

  private compareEarlier(): void {
    const { earlier } = this;
    if (earlier === undefined) return;
    if (this.#tree.size === 0 && earlier.size > this.checkpoint.size) this.#faults.push({ kind: 'truncated', earlierSize: earlier.size });
    if (this.#tree.size === earlier.size && !sameBytes(this.#tree.root(), earlier.root)) this.#faults.push({ kind: 'rewritten', earlierSize: earlier.size });
  }

  /** Compares a tile of ours with the log's. In a tile of leaves each hash that differs names its entry. */
  private async compare(ours: Tile | undefined): Promise<void> {
    if (ours === undefined) return;
    const theirs = await this.read(ours, () => this.audit.source.tile(ours));
    if (theirs === undefined || sameBytes(theirs, ours.hashes)) return;
    if (ours.level > 0 || theirs.length !== ours.hashes.length) {
      this.#faults.push({ kind: 'tile', path: tilePath(ours) });
      return;
    }
    for (let at = 0; at < ours.width; at += 1) {
      const hash = (tile: Uint8Array) => tile.subarray(at * hashBytes, (at + 1) * hashBytes);
      if (!sameBytes(hash(theirs), hash(ours.hashes))) this.#faults.push({ kind: 'entry', index: ours.index * tileWidth + at });
    }
  }

  private async read<T>(tile: TileAt, reading: () => Promise<T>): Promise<T | undefined> {
    try {
      return await reading();
    } catch (error) {
      if (!(error instanceof TreeError)) throw error;
      this.#faults.push({ kind: 'tile', path: tilePath(tile) });
      return undefined;
    }
  }
}
