import { describe, expect, it } from '@jest/globals';
import { editOptions } from '@flux-context/contracts';
import type { PoolState } from '../pools/index.js';
import { route, type Asked } from './router.js';

const pool = (name: string, change: Partial<PoolState> = {}): PoolState => ({
  name,
  private: false,
  engines: new Set(['exact'] as const),
  models: new Set(),
  slots: 1,
  key: { epoch: '1', publicKey: new Uint8Array(32) },
  ...change,
});
const asked = (change: Partial<Asked> = {}): Asked => ({
  instruction: 'make it black and white',
  plan: undefined,
  options: editOptions.parse({}),
  source: 'jpeg',
  size: { width: 1_000, height: 800 },
  hasMask: false,
  references: 0,
  ...change,
});
const limits = { picturePixelsMax: 100_000_000 };
const shared = [pool('shared')];

describe('route', () => {
  it('sends a completely understood instruction to the exact engine', () => {
    expect(route(asked(), shared, limits)).toMatchObject({ kind: 'routed', engine: 'exact', pool: { name: 'shared' }, format: 'jpeg', pixels: 800_000 });
  });

  it('never executes what it understands by half, and names the words', () => {
    const decision = route(asked({ instruction: 'make it black and white and add a dog' }), shared, limits);
    expect(decision).toMatchObject({ kind: 'refused', code: 'instruction.needs_model' });
    expect('notUnderstood' in decision && decision.notUnderstood?.length).toBeGreaterThan(0);
  });

  it('refuses exceptions, empty words, and models that nobody has', () => {
    expect(route(asked({ instruction: 'make it black and white but not the sky' }), shared, limits)).toMatchObject({ code: 'instruction.contradiction' });
    expect(route(asked({ instruction: '  ' }), shared, limits)).toMatchObject({ code: 'instruction.empty' });
    expect(route(asked({ options: editOptions.parse({ engine: 'diffusion' }) }), shared, limits)).toMatchObject({ code: 'model.not_found' });
    expect(route(asked({ options: editOptions.parse({ model: 'any' }) }), shared, limits)).toMatchObject({ code: 'model.not_found' });
  });

  it('refuses a picture or a result that is too large before anything is reserved, and names the limit', () => {
    expect(route(asked({ size: { width: 20_000, height: 20_000 } }), shared, limits)).toMatchObject({
      code: 'picture.too_many_pixels',
      limit: { name: 'picturePixelsMax', value: 100_000_000 },
    });
    expect(route(asked({ instruction: 'resize to 20000x20000' }), shared, limits)).toMatchObject({ code: 'picture.too_many_pixels' });
  });

  it('keeps private edits out of shared pools, and shared ones out of private pools', () => {
    const options = editOptions.parse({ private: true });
    expect(route(asked({ options }), shared, limits)).toMatchObject({ code: 'pool.unavailable' });
    expect(route(asked(), [pool('legal', { private: true })], limits)).toMatchObject({ code: 'pool.unavailable' });
    expect(route(asked({ options }), [...shared, pool('legal', { private: true })], limits)).toMatchObject({ kind: 'routed', pool: { name: 'legal' } });
  });

  it('answers in the source format, and in JPEG for a HEIC source', () => {
    expect(route(asked({ source: 'avif' }), shared, limits)).toMatchObject({ format: 'avif' });
    expect(route(asked({ source: 'heic' }), shared, limits)).toMatchObject({ format: 'jpeg' });
    expect(route(asked({ options: editOptions.parse({ output: { format: 'png' } }) }), shared, limits)).toMatchObject({ format: 'png' });
  });
});
