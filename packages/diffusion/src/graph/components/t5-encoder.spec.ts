import { describe, expect, it } from '@jest/globals';
import { distanceBucket } from './t5-encoder.js';

/** At which distances the reference implementation (transformers 5.24, T5Attention) begins another bucket, up to 600. */
const reference = [
  { buckets: 32, farthest: 128, begins: [1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 23, 32, 46, 64, 91] },
  { buckets: 8, farthest: 20, begins: [1, 2, 7] },
  { buckets: 64, farthest: 1000, begins: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 21, 27, 35, 45, 59, 76, 98, 127, 164, 213, 275, 356, 461, 597] },
];

describe('how far away a token is', () => {
  it.each(reference)('falls into the buckets of the reference: $buckets up to $farthest', ({ buckets, farthest, begins }) => {
    const bucketOf = (distance: number): number => distanceBucket(distance, { relative_attention_num_buckets: buckets, relative_attention_max_distance: farthest });
    for (let distance = 0; distance <= 600; distance += 1) {
      const bucket = begins.filter((begin) => begin <= distance).length;
      expect(bucketOf(-distance)).toBe(bucket);
      if (distance > 0) expect(bucketOf(distance)).toBe(buckets / 2 + bucket);
    }
  });
});
