import { describe, expect, it } from '@jest/globals';
import { idOf, newId } from './ids.js';

describe('newId', () => {
  it('makes identifiers that sort by time and match their schema', () => {
    const earlier = newId('edit', 1_000);
    const later = newId('edit', 2_000);
    expect(earlier < later).toBe(true);
    expect(idOf('edit').safeParse(earlier).success).toBe(true);
    expect(idOf('person').safeParse(earlier).success).toBe(false);
  });
});
