import { describe, expect, it } from '@jest/globals';
import { CodedError } from '@flux-context/runtime';
import { ParcelStore } from './parcel-store.js';

const bytes = (size: number) => new Uint8Array(size).fill(7);

function refusal(work: () => unknown): CodedError {
  try {
    work();
  } catch (error) {
    if (error instanceof CodedError) return error;
  }
  throw new Error('was not refused');
}

describe('ParcelStore', () => {
  it('refuses what does not fit, and says truthfully when enough will be free', () => {
    const store = new ParcelStore(100, () => 50_000);
    store.hold('a', [bytes(10)], store.claim(60), 53_000);
    store.hold('b', [bytes(10)], store.claim(30), 58_000);
    const one = refusal(() => store.claim(70));
    expect([one.code, one.detail.retryAfterSeconds]).toEqual(['capacity.parcels', 3]);
    expect(refusal(() => store.claim(95)).detail.retryAfterSeconds).toBe(8);
    expect(store.claim(10).bytes).toBe(10);
  });

  it('gives every claimed byte back, whatever the order of growing, shrinking and dropping', () => {
    const store = new ParcelStore(1_000);
    const claim = store.claim(10);
    claim.grow(500);
    store.hold('a', [bytes(10)], claim, 0);
    store.keepAnswer('a', [bytes(40), bytes(60)]);
    store.dropParts('a', 0);
    expect(store.bytes).toBe(100);
    store.drop('a');
    store.drop('a');
    claim.release();
    expect([store.bytes, store.count]).toEqual([0, 0]);
  });

  it('overwrites parts and answers before it forgets them', () => {
    const store = new ParcelStore(1_000);
    const part = bytes(10);
    const answer = bytes(20);
    store.hold('a', [part], store.claim(100), 0);
    store.keepAnswer('a', [answer]);
    store.dropParts('a', 0);
    expect(part.every((byte) => byte === 0)).toBe(true);
    expect(answer.every((byte) => byte === 7)).toBe(true);
    store.drop('a');
    expect(answer.every((byte) => byte === 0)).toBe(true);
  });

  it('lets spare answers go when room is needed, and no others', () => {
    const store = new ParcelStore(100);
    store.hold('kept', [bytes(1)], store.claim(40), 0);
    store.hold('spare', [bytes(1)], store.claim(50), 0);
    store.spare('spare', () => store.drop('spare'));
    expect(store.claim(60).bytes).toBe(60);
    expect(store.partsOf('kept')).toBeDefined();
    expect(store.partsOf('spare')).toBeUndefined();
    expect(refusal(() => store.claim(50)).code).toBe('capacity.parcels');
  });
});
