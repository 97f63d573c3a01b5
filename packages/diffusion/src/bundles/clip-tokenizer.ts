import { BundleError } from './bundle-error.js';
import { findJson, type JsonObject, readSmall } from './inside.js';

const bytesMax = 8 * 2 ** 20;
const start = '<|startoftext|>';
const end = '<|endoftext|>';

const isId = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const special = (id: number, content: string, normalized: boolean) => ({ id, content, single_word: false, lstrip: false, rstrip: false, normalized, special: true });

/** Pairs that are joined, the most frequent first; the first line names the version. */
function parseMerges(text: string): [string, string][] | undefined {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#version'));
  const pairs = lines.map((line) => line.trimEnd().split(' '));
  return pairs.every((pair): pair is [string, string] => pair.length === 2 && pair.every((part) => part !== '')) ? pairs : undefined;
}

/** What CLIP's own tokenizer does, in the words of tokenizer.json: clean, lower case, split into words, byte pairs with an end mark. */
function describe(vocab: JsonObject, merges: [string, string][], [startId, endId]: [number, number]) {
  const bytes = { type: 'ByteLevel', trim_offsets: true, use_regex: true };
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [special(startId, start, true), special(endId, end, false)],
    normalizer: { type: 'Sequence', normalizers: [{ type: 'NFC' }, { type: 'Replace', pattern: { Regex: '\\s+' }, content: ' ' }, { type: 'Lowercase' }] },
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [
        {
          type: 'Split', behavior: 'Removed', invert: true,
          pattern: { Regex: String.raw`<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+` },
        },
        { ...bytes, add_prefix_space: false },
      ],
    },
    post_processor: { type: 'RobertaProcessing', sep: [end, endId], cls: [start, startId], trim_offsets: false, add_prefix_space: false },
    decoder: { ...bytes, add_prefix_space: true },
    model: {
      type: 'BPE', dropout: null, unk_token: end, continuing_subword_prefix: '', end_of_word_suffix: '</w>', fuse_unk: false, byte_fallback: false, ignore_merges: false, vocab, merges,
    },
  };
}

/**
 * tokenizer.json for a CLIP tokenizer that was published in its older form, as FLUX.1 was: vocab.json and merges.txt. `undefined` where
 * these are missing. Throws `bundle.malformed`.
 */
export async function buildClipTokenizer(folder: string, part: string): Promise<Buffer | undefined> {
  const vocab = await findJson(folder, `${part}/vocab.json`, bytesMax);
  const text = await readSmall(folder, `${part}/merges.txt`, bytesMax);
  if (!vocab || !text) return undefined;
  const [startId, endId] = [vocab[start], vocab[end]];
  if (!isId(startId) || !isId(endId) || !Object.values(vocab).every(isId)) throw new BundleError('bundle.malformed', `${part}/vocab.json`);
  const merges = parseMerges(text.toString('utf8'));
  if (!merges) throw new BundleError('bundle.malformed', `${part}/merges.txt`);
  return Buffer.from(JSON.stringify(describe(vocab, merges, [startId, endId])));
}
