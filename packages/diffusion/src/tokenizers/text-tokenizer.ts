import { Tokenizer } from '@huggingface/tokenizers';
import { z } from 'zod';
import { readJson } from '../bundles/inside.js';
import { DiffusionError } from '../diffusion-error.js';

/** The largest published tokenizer.json, of T5 and Qwen, have 11 MB. */
const tokenizerBytesMax = 64 * 2 ** 20;
/** No language needs more characters for one token on average; beyond it the text is refused before it is looked at. */
const charactersPerTokenMax = 64;

const addedTokens = z.object({ added_tokens: z.array(z.object({ id: z.int(), content: z.string().min(1) })).default([]) });
const padToken = z.object({ pad_token: z.union([z.string(), z.object({ content: z.string() }).transform(({ content }) => content)]) });

/** Token ids, padded on the right to the length that the model was trained with; the mask is 1 for tokens and 0 for padding. */
export interface Tokens {
  readonly inputIds: BigInt64Array;
  readonly attentionMask: BigInt64Array;
}

/** The vocabulary of one text encoder, as the bundle has it. */
export class TextTokenizer {
  private constructor(
    private readonly tokenizer: Tokenizer,
    private readonly markers: RegExp | undefined,
    private readonly padId: number,
    private readonly maxLength: number,
  ) {}

  /** Throws `model.tokenizer`, and `BundleError` where a file cannot be read. */
  static async open(folder: string, { json, config, maxLength }: { readonly json: string; readonly config: string; readonly maxLength: number }): Promise<TextTokenizer> {
    const [tokenizerJson, tokenizerConfig] = [await readJson(folder, json, tokenizerBytesMax), await readJson(folder, config, tokenizerBytesMax)];
    try {
      const tokenizer = new Tokenizer(tokenizerJson, tokenizerConfig);
      const padId = tokenizer.token_to_id(padToken.parse(tokenizerConfig).pad_token);
      if (padId === undefined) throw new DiffusionError('model.tokenizer');
      const markers = addedTokens.parse(tokenizerJson).added_tokens.map(({ content }) => content);
      return new TextTokenizer(tokenizer, anyOf(markers), padId, maxLength);
    } catch (cause) {
      throw cause instanceof DiffusionError ? cause : new DiffusionError('model.tokenizer', { cause });
    }
  }

  /**
   * The text without the strings that stand for control tokens: what a person types must not end his turn or begin the model's.
   * Taking one out can put another together, so it goes on until there is none.
   */
  withoutMarkers(text: string): string {
    if (!this.markers) return text;
    this.checkLength(text);
    for (let rest = text; ; ) {
      const next = rest.replace(this.markers, '');
      if (next === rest) return rest;
      rest = next;
    }
  }

  /** Throws `model.prompt_too_long` where the model would see only a part: cut off is not what was asked for. */
  encode(text: string): Tokens {
    this.checkLength(text);
    const ids = this.idsOf(text);
    if (ids.length > this.maxLength) throw new DiffusionError('model.prompt_too_long');
    return this.padded(ids);
  }

  /** As much of the text as fits, and the end token: for encoders that only lend a hand to one that sees it whole. */
  encodeBeginning(text: string): Tokens {
    const ids = this.idsOf(text);
    return this.padded(ids.length > this.maxLength ? [...ids.slice(0, this.maxLength - 1), ids.at(-1)!] : ids);
  }

  /** The library keeps the words that it has split for the next text; the next one is somebody else's. */
  private idsOf(text: string): number[] {
    try {
      return this.tokenizer.encode(text).ids;
    } finally {
      const { model } = this.tokenizer;
      if (model && 'clear_cache' in model && typeof model.clear_cache === 'function') model.clear_cache();
    }
  }

  private padded(ids: readonly number[]): Tokens {
    const inputIds = new BigInt64Array(this.maxLength).fill(BigInt(this.padId));
    const attentionMask = new BigInt64Array(this.maxLength);
    ids.forEach((id, at) => {
      inputIds[at] = BigInt(id);
      attentionMask[at] = 1n;
    });
    return { inputIds, attentionMask };
  }

  private checkLength(text: string): void {
    if (text.length > this.maxLength * charactersPerTokenMax) throw new DiffusionError('model.prompt_too_long');
  }
}

/** Finds any of the strings, longer ones first; in capitals as well, because some vocabularies do not tell them apart. */
const anyOf = (strings: readonly string[]): RegExp | undefined => {
  if (strings.length === 0) return undefined;
  const longestFirst = strings.toSorted((a, b) => b.length - a.length);
  return new RegExp(longestFirst.map((text) => text.replaceAll(/[\\^$.*+?()[\]{}|/-]/gu, String.raw`\$&`)).join('|'), 'giu');
};
