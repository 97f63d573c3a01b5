import { hash, generateKeyPairSync, type KeyObject, sign, verify, createPublicKey } from 'node:crypto';
import { formatCheckpoint, GrowingTree, hashingWith, type LogSource, type NoteKey, packEntries, signNote, type SignEd25519, type Sha256, type TileAt, TreeError, tilePath, tileWidth, type VerifyEd25519 } from './index.js';

export const sha256: Sha256 = (bytes) => hash('sha256', bytes, 'buffer');
export const hashing = hashingWith(sha256);

const derOf = (publicKey: Uint8Array): Buffer => Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), publicKey]);
export const verifyEd25519: VerifyEd25519 = (publicKey, message, signature) => verify(null, message, createPublicKey({ key: derOf(publicKey), format: 'der', type: 'spki' }), signature);

export interface Signer {
  readonly key: NoteKey;
  readonly sign: SignEd25519;
}

export function newSigner(name = 'appliance.example/audit'): Signer {
  const pair: { publicKey: KeyObject; privateKey: KeyObject } = generateKeyPairSync('ed25519');
  return { key: { name, publicKey: pair.publicKey.export({ type: 'spki', format: 'der' }).subarray(-32) }, sign: (message) => sign(null, message, pair.privateKey) };
}

/** For specs: a log as its owner publishes it, by address. Specs change it behind the owner's back. */
export class MemoryLog implements LogSource {
  readonly files = new Map<string, Uint8Array>();
  note = '';
  readonly #tree = new GrowingTree(hashing);

  constructor(
    readonly signer: Signer,
    readonly entries: Uint8Array[],
  ) {
    for (let at = 0; at < entries.length; at += tileWidth) {
      for (const tile of this.#tree.append(entries.slice(at, at + tileWidth).map(hashing.leaf))) this.files.set(tilePath(tile), tile.hashes);
    }
    this.publishEntries(entries);
    this.note = signNote(sha256, formatCheckpoint({ origin: signer.key.name, size: entries.length, root: this.#tree.root() }), signer.key, signer.sign);
  }

  /** Puts other entries under the same signature, as somebody does who can write the files but not sign. */
  publishEntries(entries: readonly Uint8Array[]): void {
    for (const path of this.files.keys()) if (path.startsWith('tile/entries/')) this.files.delete(path);
    for (let at = 0; at < entries.length; at += tileWidth) {
      const part = entries.slice(at, at + tileWidth);
      this.files.set(tilePath({ level: 'entries', index: at / tileWidth, width: part.length }), packEntries(part));
    }
  }

  checkpoint(): Promise<string> {
    return Promise.resolve(this.note);
  }

  tile(at: TileAt): Promise<Uint8Array> {
    const file = this.files.get(tilePath(at));
    return file === undefined ? Promise.reject(new TreeError('No such tile.')) : Promise.resolve(file);
  }
}

export const entriesOf = (size: number): Uint8Array[] => Array.from({ length: size }, (_, index) => Buffer.from(`{"id":"evt_${index}","name":"edit.accepted"}`));

/** What somebody can do to a list of entries, at one place. */
export const tampering: Record<string, (entries: Uint8Array[], at: number, bit: number) => Uint8Array[]> = {
  'flipped bit': (entries, at, bit) => entries.map((entry, index) => (index === at ? entry.map((byte, where) => (where === bit % entry.length ? byte ^ (1 << bit % 8) : byte)) : entry)),
  deleted: (entries, at) => entries.toSpliced(at, 1),
  swapped: (entries, at) => entries.toSpliced(at, 2, entries[at + 1]!, entries[at]!),
  inserted: (entries, at) => entries.toSpliced(at, 0, Buffer.from('{"name":"edit.erased"}')),
  truncated: (entries, at) => entries.slice(0, at),
  doubled: (entries, at) => entries.toSpliced(at, 0, entries[at]!),
};
