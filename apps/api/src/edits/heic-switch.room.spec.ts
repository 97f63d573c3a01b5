import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EditCaller, editsRoom, png, type EditsRoom } from '../testing/edits.js';

/** The first box of a HEIC file: all that the door looks at. */
const heic = Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1');
const codeOf = async (answer: Response) => ((await answer.json()) as { code: string }).code;

describe('HEIC_ENABLED=false', () => {
  let room: EditsRoom;
  beforeAll(async () => {
    room = await editsRoom({ HEIC_ENABLED: 'false' });
  });
  afterAll(() => room.close());

  it('refuses a HEIC picture, mask or reference at the door, before any decoder sees it, and says so in the limits', async () => {
    const caller = await EditCaller.join(room);
    expect(((await (await caller.get('/v1/limits')).json()) as { sourceFormats: string[] }).sourceFormats).toEqual(['jpeg', 'png', 'webp', 'avif']);
    expect(await codeOf(await caller.edit({ image: heic }))).toBe('picture.type');
    for (const name of ['mask', 'reference']) {
      const body = new FormData();
      body.set('image', new Blob([png.slice()]), 'picture.png');
      body.set('instruction', 'make it black and white');
      body.set(name, new Blob([heic.slice()]), 'picture.heic');
      expect(await codeOf(await caller.call('POST', '/v1/edits', { body }))).toBe('picture.type');
    }
    // No worker runs here: what gets past the door is refused for that.
    expect(await (await caller.get('/v1/limits')).json()).toMatchObject({ engines: [], models: [], referencesMax: 0 });
    expect(await codeOf(await caller.edit({ image: png }))).toBe('pool.unavailable');
  });
});
