/**
 * SHA-256 of the whole input, at once. The caller brings it: `node:crypto` in Node, which is several times faster than any
 * other; a synchronous library in the browser, where Web Crypto answers one promise per hash.
 */
export type Sha256 = (bytes: Uint8Array) => Uint8Array;

export const hashBytes = 32;

/** The three hashes of RFC 6962 section 2.1. A leaf and a node differ in their first byte, so neither can be taken for the other. */
export interface Hashing {
  /** The root of a tree without entries. */
  readonly empty: Uint8Array;
  leaf(entry: Uint8Array): Uint8Array;
  node(left: Uint8Array, right: Uint8Array): Uint8Array;
}

export const hashingWith = (sha256: Sha256): Hashing => ({
  empty: sha256(new Uint8Array()),
  leaf: (entry) => sha256(joined(leafPrefix, entry)),
  node: (left, right) => sha256(joined(nodePrefix, left, right)),
});

const leafPrefix = Uint8Array.of(0);
const nodePrefix = Uint8Array.of(1);

export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export const sameBytes = (one: Uint8Array, other: Uint8Array): boolean => one.length === other.length && one.every((byte, at) => byte === other[at]);

export const toHex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
