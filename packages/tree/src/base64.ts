import { TreeError } from './tree-error.js';

/** Standard Base 64 with padding (RFC 4648 section 4), in Node and in browsers. */
export const toBase64 = (bytes: Uint8Array): string => btoa(Array.from(bytes, (byte) => String.fromCodePoint(byte)).join(''));

/** Throws `TreeError` unless the text is the one spelling of its bytes. */
export function fromBase64(text: string): Uint8Array {
  let binary: string | undefined;
  try {
    binary = atob(text);
  } catch {
    // Judged below, together with other spellings of the same bytes.
  }
  if (binary === undefined || btoa(binary) !== text) throw new TreeError('A text is not Base 64.');
  return Uint8Array.from(binary, (character) => character.codePointAt(0) ?? 0);
}
