import { fromBase64, toBase64 } from './base64.js';
import { joined, sameBytes, type Sha256, toHex } from './hashing.js';
import { TreeError } from './tree-error.js';

/** The public half of an Ed25519 key that signs notes, under its name. */
export interface NoteKey {
  readonly name: string;
  /** 32 bytes, by RFC 8032. */
  readonly publicKey: Uint8Array;
}

export type SignEd25519 = (message: Uint8Array) => Uint8Array;
export type VerifyEd25519 = (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean | Promise<boolean>;

const ed25519 = 0x01;
const utf8 = new TextEncoder();
const noteBytesMax = 65_536;

/** The first four bytes of SHA-256(name, line feed, type, public key), by c2sp.org/signed-note. */
const keyId = (sha256: Sha256, { name, publicKey }: NoteKey): Uint8Array => sha256(joined(utf8.encode(`${name}\n`), Uint8Array.of(ed25519), publicKey)).slice(0, 4);

/** Names hold neither white space nor `+`, so that a signature line and a printed key can be taken apart. */
const isName = (name: string): boolean => /^[^\s+\p{Cc}]+$/u.test(name);

/** The key as one line, `<name>+<key id in hex>+<Base 64 of type and key>`: the form that Go's sumdb/note and other verifiers take. */
export function formatNoteKey(sha256: Sha256, key: NoteKey): string {
  return `${key.name}+${toHex(keyId(sha256, key))}+${toBase64(joined(Uint8Array.of(ed25519), key.publicKey))}`;
}

/** Throws `TreeError` unless the line is what `formatNoteKey` writes. */
export function parseNoteKey(sha256: Sha256, line: string): NoteKey {
  const [name = '', , ...rest] = line.split('+');
  const bytes = fromBase64(rest.join('+'));
  const key = { name, publicKey: bytes.slice(1) };
  if (!isName(name) || key.publicKey.length !== 32 || formatNoteKey(sha256, key) !== line) throw new TreeError('This is not an Ed25519 note key.');
  return key;
}

/** A note with one signature. `text` ends in a line feed. */
export function signNote(sha256: Sha256, text: string, key: NoteKey, sign: SignEd25519): string {
  if (!text.endsWith('\n') || !isPlain(text) || !isName(key.name)) throw new TreeError('This text cannot be signed as a note.');
  return `${text}\n— ${key.name} ${toBase64(joined(keyId(sha256, key), sign(utf8.encode(text))))}\n`;
}

/**
 * The text of a note that this key has signed. Signatures of other keys are left alone, as c2sp.org/signed-note asks: that is
 * how a log changes its key, and how witnesses sign beside it. Throws `TreeError` when the key's signature is missing or wrong.
 */
export async function openNote(sha256: Sha256, note: string, key: NoteKey, verify: VerifyEd25519): Promise<string> {
  const { text, signatures } = takeApart(note);
  const id = keyId(sha256, key);
  const ours = signatures.filter(({ name, bytes }) => name === key.name && sameBytes(bytes.subarray(0, 4), id));
  if (ours.length === 0) throw new TreeError('The note is not signed by this key.');
  for (const { bytes } of ours) {
    if (!(await verify(key.publicKey, utf8.encode(text), bytes.subarray(4)))) throw new TreeError('The signature of the note is wrong.');
  }
  return text;
}

function takeApart(note: string): { text: string; signatures: { name: string; bytes: Uint8Array }[] } {
  const end = note.lastIndexOf('\n\n');
  if (note.length > noteBytesMax || end < 0 || !note.endsWith('\n') || !isPlain(note)) throw new TreeError('This is not a signed note.');
  const lines = note.slice(end + 2, -1).split('\n');
  const signatures = lines.map((line) => {
    const [, name, signature] = /^— (\S+) (\S+)$/u.exec(line) ?? [];
    if (name === undefined || signature === undefined || !isName(name)) throw new TreeError('A signature line is malformed.');
    const bytes = fromBase64(signature);
    if (bytes.length <= 4) throw new TreeError('A signature line is malformed.');
    return { name, bytes };
  });
  return { text: note.slice(0, end + 1), signatures };
}

/** No control character but the line feed, and nothing that UTF-8 cannot write. */
const isPlain = (text: string): boolean => !/[^\P{Cc}\n]|\p{Cs}/u.test(text);
