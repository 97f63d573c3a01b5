import { understand } from '@flux-context/instructions';
import { describe, expect, it } from 'vitest';
import type { Picture } from '../canvas/picture.js';
import { extended, movedTo, startOf, type Timeline } from '../canvas/timeline.js';
import { formOf, replayable, requestFor, type Wish } from './request.js';

const pictureOf = (name: string): Picture => ({ blob: new Blob([name]), url: `blob:${name}`, width: 40, height: 30 });
const wishFor = (instruction: string, extra: Partial<Wish> = {}): Wish => ({ instruction, understanding: understand(instruction, { references: extra.references?.length ?? 0, mask: extra.mask !== undefined }), references: [], ...extra });

/** The timeline after these wishes; each result is named by its words. */
function after(...wishes: Wish[]): Timeline {
  return wishes.reduce((timeline, wish) => {
    const replay = replayable(wish);
    return extended(timeline, { id: wish.instruction, instruction: wish.instruction, labels: [], picture: pictureOf(wish.instruction), edit: { id: wish.instruction, receiptNonce: undefined, sent: new Blob() }, ...(replay === undefined ? {} : { replay }) });
  }, startOf(pictureOf('original')));
}

const operationsOf = (request: ReturnType<typeof requestFor>): readonly string[] => ('plan' in request.say ? request.say.plan.operations.map(({ op }) => op) : []);

describe('what is sent', () => {
  it('is the sentence and the file itself on the first turn', async () => {
    const request = requestFor(after(), wishFor('make it brighter'));
    expect(request.say).toEqual({ instruction: 'make it brighter' });
    expect(await request.image.text()).toBe('original');
  });

  it('is the whole chain on the opened file while words alone made it, so that nothing is lost from turn to turn', async () => {
    const request = requestFor(after(wishFor('make it brighter'), wishFor('crop to a square')), wishFor('make it warmer'));
    expect(operationsOf(request)).toEqual(['brightness', 'crop', 'temperature']);
    expect(await request.image.text()).toBe('original');
  });

  it('leaves out what was undone', () => {
    const timeline = movedTo(after(wishFor('make it brighter'), wishFor('crop to a square')), 1);
    expect(operationsOf(requestFor(timeline, wishFor('make it warmer')))).toEqual(['brightness', 'temperature']);
  });

  it('is the latest result where a mask ties the turn to it, before and after', async () => {
    const masked = wishFor('crop to 4:3 and make it brighter', { mask: new Blob(['mask']), understanding: understand('crop to 4:3 and make it brighter', { mask: true }) });
    const now = requestFor(after(wishFor('crop to a square')), masked);
    expect([await now.image.text(), await now.mask?.text(), now.say]).toMatchObject(['crop to a square', 'mask', { plan: { operations: [{ op: 'crop' }, { op: 'brightness', region: { kind: 'mask' } }] } }]);
    const later = requestFor(after(masked), wishFor('crop to a square'));
    expect([await later.image.text(), later.say]).toEqual(['crop to 4:3 and make it brighter', { instruction: 'crop to a square' }]);
  });

  it('is the whole chain under a mask too while nothing has moved, and only the new words are bound to the mask', async () => {
    const masked = wishFor('make it brighter', { mask: new Blob(['mask']), understanding: understand('make it brighter', { mask: true }) });
    const request = requestFor(after(wishFor('make it warmer')), masked);
    expect([await request.image.text(), await request.mask?.text()]).toEqual(['original', 'mask']);
    expect(request.say).toMatchObject({ plan: { operations: [{ op: 'temperature' }, { op: 'brightness', region: { kind: 'mask' } }] } });
    expect((request.say as { plan: { operations: object[] } }).plan.operations[0]).not.toHaveProperty('region');
  });

  it('is the latest result where the chain has grown beyond what a plan may hold', async () => {
    const long = after(...Array.from({ length: 32 }, () => wishFor('make it brighter')));
    expect(await requestFor(long, wishFor('crop to a square')).image.text()).toBe('make it brighter');
  });

  it('has references only when the words speak of them', () => {
    const references = [pictureOf('reference')];
    expect(requestFor(after(), wishFor('match the colours to the reference', { references })).references).toHaveLength(1);
    expect(requestFor(after(), wishFor('make it brighter', { references })).references).toHaveLength(0);
  });

  it('asks for a lossless answer, and says nothing of the name of a file', () => {
    const form = formOf(requestFor(after(), { ...wishFor('make it brighter'), mask: new File(['m'], 'secret project.png') }));
    expect(form.get('options')).toBe('{"output":{"format":"png"}}');
    expect([(form.get('image') as File).name, (form.get('mask') as File).name]).toEqual(['image', 'mask']);
  });

  it('has a key of its own each time, so that two wishes are two units', () => {
    expect(requestFor(after(), wishFor('make it brighter')).idempotencyKey).not.toBe(requestFor(after(), wishFor('make it brighter')).idempotencyKey);
  });
});
