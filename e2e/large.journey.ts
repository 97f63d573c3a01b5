import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
import { RunningAppliance } from './appliance.js';
import { largePhoto, photo } from './pictures.js';

let appliance: RunningAppliance;
beforeAll(async () => {
  appliance = await RunningAppliance.start();
});
afterAll(async () => {
  await appliance.end();
});

describe('a picture of 100 megapixels', () => {
  it('goes through geometry and through light and colour, with the default memory of a sandbox', async () => {
    const large = await largePhoto(12_500, 8_000);
    expect(large.byteLength).toBeLessThan(20_000_000);
    const edited = await appliance.edit(large, 'rotate 90 degrees clockwise, then lift the shadows and make it warmer');
    expect(edited.status).toBe(200);
    expect(await sharp(Buffer.from(await edited.arrayBuffer()), { limitInputPixels: 200_000_000 }).metadata()).toMatchObject({ width: 8_000, height: 12_500 });
  });

  it('is refused above the limit before anything is reserved, and the limit is named', async () => {
    const before = await (await appliance.get('/v1/balance')).json();
    const refused = await appliance.edit(photo(), 'resize to 20000x20000');
    expect([refused.status, await refused.json()]).toEqual([422, expect.objectContaining({ code: 'picture.too_many_pixels', limit: { name: 'picturePixelsMax', value: 100_000_000 } })]);
    expect(await (await appliance.get('/v1/balance')).json()).toEqual(before);
  });
});
