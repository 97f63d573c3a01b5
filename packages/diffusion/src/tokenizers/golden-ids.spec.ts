import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { TextTokenizer } from './text-tokenizer.js';

interface Golden {
  readonly text: string;
  readonly ids: readonly number[];
}

const golden = JSON.parse(readFileSync(new URL('../../fixtures/golden-ids.json', import.meta.url), 'utf8')) as Record<string, Golden[]>;
/** Vocabularies of published bundles are large and not ours, so they are compared where somebody has them. */
const vocabularies = process.env['PARITY_VOCABULARIES'];

(vocabularies === undefined ? describe.skip : describe)('with the vocabulary of a published bundle', () => {
  it.each(Object.keys(golden))('every text becomes the ids that the reference gives: %s', async (name) => {
    const tokenizer = await TextTokenizer.open(`${vocabularies}/${name}`, { json: 'tokenizer.json', config: 'tokenizer_config.json', maxLength: 128 });
    for (const { text, ids } of golden[name]!) {
      const { inputIds, attentionMask } = tokenizer.encode(text);
      expect({ text, ids: [...inputIds].filter((_, at) => attentionMask[at] === 1n).map(Number) }).toEqual({ text, ids });
    }
  });
});
