import { describe, expect, it } from '@jest/globals';
import { editOptions, type AnnouncedModel } from '@flux-context/contracts';
import type { PoolState } from '../pools/index.js';
import { route, type Abilities, type Asked } from './router.js';

const pool = (name: string, change: Partial<PoolState> = {}): PoolState => ({
  name,
  private: false,
  engines: new Set(['exact'] as const),
  models: [],
  withheld: [],
  slots: 1,
  key: { epoch: '1', publicKey: new Uint8Array(32) },
  ...change,
});
const model = (id: string, change: Partial<AnnouncedModel> = {}): AnnouncedModel => ({
  id, family: 'flux2-klein', licence: { id: 'Apache-2.0', name: 'Apache License 2.0', requiresAcceptance: false }, limits: { sideMin: 64, aspectMax: 8, referencesMax: 3 }, ...change,
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
const abilities = (pools: readonly PoolState[], usableModels: readonly string[] = []): Abilities => ({ pools, usableModels: new Set(usableModels), picturePixelsMax: 100_000_000 });
const shared = abilities([pool('shared')]);
const painting = pool('shared', { engines: new Set(['exact', 'diffusion'] as const), models: [model('closed'), model('klein'), model('other', { limits: { sideMin: 16, aspectMax: 8, referencesMax: 0 } })] });
const withModels = abilities([painting], ['klein', 'other']);
const plan = { version: 1 as const, operations: [{ op: 'flip' as const, axis: 'horizontal' as const }] };

describe('route to the exact engine', () => {
  it('sends a completely understood instruction there, whatever models are loaded', () => {
    for (const able of [shared, withModels]) expect(route(asked(), able)).toMatchObject({ kind: 'routed', engine: 'exact', pool: { name: 'shared' }, format: 'jpeg', pixels: 800_000 });
    expect(route(asked({ instruction: 'make it square' }), withModels)).toMatchObject({ engine: 'exact', pixels: 640_000 });
    expect(route(asked({ instruction: undefined, plan }), withModels)).toMatchObject({ engine: 'exact' });
  });

  it('never executes what it understands by half, and names the words', () => {
    const decision = route(asked({ instruction: 'make it black and white and add a dog' }), shared);
    expect(decision).toMatchObject({ kind: 'refused', code: 'instruction.needs_model' });
    expect('notUnderstood' in decision && decision.notUnderstood?.length).toBeGreaterThan(0);
  });

  it('refuses exceptions, empty words, and models that nobody has', () => {
    expect(route(asked({ instruction: 'make it black and white but not the sky' }), shared)).toMatchObject({ code: 'instruction.contradiction' });
    expect(route(asked({ instruction: '  ' }), shared)).toMatchObject({ code: 'instruction.empty' });
    expect(route(asked({ options: editOptions.parse({ engine: 'diffusion' }) }), shared)).toMatchObject({ code: 'model.not_found' });
    expect(route(asked({ options: editOptions.parse({ model: 'any' }) }), shared)).toMatchObject({ code: 'model.not_found' });
  });

  it('refuses a picture or a result that is too large before anything is reserved, and names the limit', () => {
    expect(route(asked({ size: { width: 20_000, height: 20_000 } }), shared)).toMatchObject({
      code: 'picture.too_many_pixels',
      limit: { name: 'picturePixelsMax', value: 100_000_000 },
    });
    expect(route(asked({ instruction: 'resize to 20000x20000' }), shared)).toMatchObject({ code: 'picture.too_many_pixels' });
  });

  it('keeps private edits out of shared pools, and shared ones out of private pools', () => {
    const options = editOptions.parse({ private: true });
    expect(route(asked({ options }), shared)).toMatchObject({ code: 'pool.unavailable' });
    expect(route(asked(), abilities([pool('legal', { private: true })]))).toMatchObject({ code: 'pool.unavailable' });
    expect(route(asked({ options }), abilities([pool('shared'), pool('legal', { private: true })]))).toMatchObject({ kind: 'routed', pool: { name: 'legal' } });
  });

  it('answers in the source format, and in JPEG for a HEIC source', () => {
    expect(route(asked({ source: 'avif' }), shared)).toMatchObject({ format: 'avif' });
    expect(route(asked({ source: 'heic' }), shared)).toMatchObject({ format: 'jpeg' });
    expect(route(asked({ options: editOptions.parse({ output: { format: 'png' } }) }), shared)).toMatchObject({ format: 'png' });
  });
});

describe('route to an image model', () => {
  it('takes what is not understood, or excepts something, as it was said, to the first model that may be used', () => {
    for (const instruction of ['add a dog', 'make it black and white but not the sky', 'make it black and white and add a dog']) {
      expect(route(asked({ instruction }), withModels)).toMatchObject({ engine: 'diffusion', pool: { name: 'shared' }, pixels: 800_000, work: { engine: 'diffusion', instruction, regionLock: true, model: { id: 'klein' } } });
    }
  });

  it('does as it is told: an engine, a model', () => {
    expect(route(asked({ options: editOptions.parse({ engine: 'diffusion' }) }), withModels)).toMatchObject({ work: { model: { id: 'klein' } } });
    expect(route(asked({ options: editOptions.parse({ model: 'other' }) }), withModels)).toMatchObject({ work: { model: { id: 'other' } } });
    expect(route(asked({ instruction: 'add a dog', options: editOptions.parse({ engine: 'exact' }) }), withModels)).toMatchObject({ code: 'instruction.not_understood', notUnderstood: [{}] });
    expect(route(asked({ instruction: 'make it black and white but not the sky', options: editOptions.parse({ engine: 'exact' }) }), withModels)).toMatchObject({ code: 'instruction.contradiction' });
    expect(editOptions.safeParse({ engine: 'exact', model: 'klein' }).success).toBe(false);
  });

  it('uses no model whose licence was not recorded, and says so only to who asks for one', () => {
    const closed = abilities([painting]);
    expect(route(asked({ instruction: 'add a dog' }), closed)).toMatchObject({ code: 'instruction.needs_model' });
    expect(route(asked({ instruction: 'add a dog', options: editOptions.parse({ engine: 'diffusion' }) }), closed)).toMatchObject({ code: 'model.licence_required' });
    expect(route(asked({ instruction: 'add a dog', options: editOptions.parse({ model: 'closed' }) }), withModels)).toMatchObject({ code: 'model.licence_required' });
  });

  it('refuses what the model cannot take before anything is reserved', () => {
    const dog = (size: Asked['size'], more: Partial<Asked> = {}) => route(asked({ instruction: 'add a dog', size, ...more }), withModels);
    expect(dog({ width: 1, height: 1 })).toMatchObject({ code: 'picture.too_small', limit: { name: 'sideMin', value: 64 } });
    expect(dog({ width: 20_000, height: 100 })).toMatchObject({ code: 'picture.too_elongated', limit: { name: 'aspectMax', value: 8 } });
    expect(dog({ width: 20_000, height: 20_000 })).toMatchObject({ code: 'picture.too_many_pixels' });
    expect(dog({ width: 640, height: 640 }, { references: 4 })).toMatchObject({ code: 'model.too_many_references' });
    expect(route(asked({ instruction: undefined, plan, options: editOptions.parse({ engine: 'diffusion' }) }), withModels)).toMatchObject({ code: 'request.invalid', faults: [{ path: 'plan' }] });
  });

  it('never spills a private edit into a shared pool', () => {
    expect(route(asked({ instruction: 'add a dog', options: editOptions.parse({ private: true, engine: 'diffusion' }) }), withModels)).toMatchObject({ code: 'model.not_found' });
  });
});

describe('the region lock', () => {
  const locked = (instruction: string, hasMask = false) => {
    const decision = route(asked({ instruction, hasMask, options: editOptions.parse({ engine: 'diffusion' }) }), withModels);
    return decision.kind === 'routed' && decision.work.engine === 'diffusion' && decision.work.regionLock;
  };

  it.each(['add a dog', 'remove the man on the left', 'replace the sign with a clock', 'füge einen Hund hinzu', 'give her a red hat', 'put a lamp on the table'])('is on for “%s”', (instruction) => expect(locked(instruction)).toBe(true));

  it.each([
    'in the style of van Gogh', 'turn it into a watercolour', 'make it look like an oil painting', 'as a pencil drawing', 'relight the scene', 'change to night', 'make the picture into winter',
    'im Stil von Monet', 'als Aquarell', 'dans le style de Monet', 'estilo anime', '改成水彩风格',
  ])('is off for “%s”, which means the whole picture', (instruction) => expect(locked(instruction)).toBe(false));

  it('is on wherever something was painted, whatever the words are', () => expect(locked('in the style of van Gogh', true)).toBe(true));
});
