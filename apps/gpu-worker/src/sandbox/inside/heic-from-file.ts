import { createRequire } from 'node:module';

type Decode = (...args: unknown[]) => Promise<unknown>;

/** Stands where the decoder looks for its HEIC part, which is a file of its own beside the entry: large, and few edits need it. */
export const decodeHeic: Decode = (...args) => {
  const part = createRequire(process.argv[1] ?? '')('./heic.cjs') as { readonly decodeHeic: Decode };
  return part.decodeHeic(...args);
};
