import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { formatCheckpoint, formatEntryProof, formatNoteKey, openNote, parseCheckpoint, parseEntryProof, parseNoteKey, signNote } from './index.js';
import { newSigner, sha256, verifyEd25519 } from './memory-log.spec-parts.js';

/** The example of Go's sumdb/note, which the checksum database's clients are tested with. */
const known = {
  key: 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW',
  text: "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n",
  signature: '— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n',
};

describe('a signed note', () => {
  const signer = newSigner('appliance.example/audit');
  const text = 'one\n\ntwo\n';
  const note = signNote(sha256, text, signer.key, signer.sign);
  const open = (changed: string, key = signer.key) => openNote(sha256, changed, key, verifyEd25519);

  it("opens with Go's known key", async () => {
    const key = parseNoteKey(sha256, known.key);
    expect(formatNoteKey(sha256, key)).toBe(known.key);
    expect(await open(`${known.text}\n${known.signature}`, key)).toBe(known.text);
    await expect(open(`${known.text.replace('answer', 'question')}\n${known.signature}`, key)).rejects.toThrow('wrong');
  });

  it('gives back what was signed, among signatures of others', async () => {
    const witness = signNote(sha256, text, newSigner('witness.example').key, newSigner().sign).slice(text.length + 1);
    expect(await open(note)).toBe(text);
    expect(await open(note + witness)).toBe(text);
    await expect(open(`${text}\n${witness}`)).rejects.toThrow('not signed by this key');
    await expect(open(note, newSigner().key)).rejects.toThrow('not signed by this key');
  });

  it('is refused after any change of a byte', async () => {
    const bytes = Buffer.from(note);
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.nat(7), async (at, bit) => {
        const changed = Buffer.from(bytes);
        changed[at]! ^= 1 << bit;
        await expect(open(changed.toString('utf8'))).rejects.toThrow();
      }),
    );
  });

  it.each(['', '\n', 'text\n', 'text\n\n', 'text\n\nsignature\n', 'text\n\n— name !!\n', `text\n\n— a+b ${'A'.repeat(92)}\n`, `te\u0007xt\n\n${known.signature}`, `te\ud800xt\n\n${known.signature}`])('is not %j', async (broken) => {
    await expect(open(broken)).rejects.toThrow();
  });

  it.each([['no line feed', signer.key], ['a name\n', { ...signer.key, name: 'with space' }], ['a name\n', { ...signer.key, name: 'a+b' }]])('is not made of %j by %j', (words, key) => {
    expect(() => signNote(sha256, words, key, signer.sign)).toThrow('cannot be signed');
  });

  it.each([known.key.replace('c74f20a3', 'c74f20a4'), known.key.replace('+AR', '+ZR'), known.key.slice(0, -4), 'PeterNeumann', ''])('has no key %j', (line) => {
    expect(() => parseNoteKey(sha256, line)).toThrow();
  });
});

describe('a checkpoint', () => {
  const root = Buffer.alloc(32, 9);
  const text = `example.com/behind-the-sofa\n20852163\n${root.toString('base64')}\n`;

  it('is three lines', () => {
    expect(parseCheckpoint(text)).toEqual({ origin: 'example.com/behind-the-sofa', size: 20_852_163, root: new Uint8Array(root) });
    expect(formatCheckpoint(parseCheckpoint(text))).toBe(text);
  });

  it.each([text.replace('20852163', '020852163'), text.replace('20852163', '-1'), text.replace('20852163', '1e3'), text.replace('20852163', '9007199254740993'), text.slice(0, -1), `${text}extension\n`, text.replace('example.com/behind-the-sofa', ''), text.replace('=', ''), ''])('is not %j', (broken) => {
    expect(() => parseCheckpoint(broken)).toThrow();
  });
});

describe('the proof of an entry', () => {
  const proof = { index: 7, path: [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)], checkpoint: 'a\n1\nb\n\n— c d\n' };

  it('is read as it was written, and without its extra data', () => {
    const text = formatEntryProof(proof);
    expect(text.split('\n').slice(0, 2)).toEqual(['c2sp.org/tlog-proof@v1', 'index 7']);
    expect(parseEntryProof(text)).toEqual(proof);
    expect(parseEntryProof(text.replace('index', 'extra AAAA\nindex'))).toEqual(proof);
    expect(parseEntryProof(formatEntryProof({ ...proof, path: [] }))).toEqual({ ...proof, path: [] });
  });

  it.each(['', 'c2sp.org/tlog-proof@v2\nindex 7\n\n', 'c2sp.org/tlog-proof@v1\nindex 07\n\n', 'c2sp.org/tlog-proof@v1\n\n', 'c2sp.org/tlog-proof@v1\nindex 7\nno hash\n\n', 'c2sp.org/tlog-proof@v1\nindex 7'])('is not %j', (broken) => {
    expect(() => parseEntryProof(broken)).toThrow();
  });
});
