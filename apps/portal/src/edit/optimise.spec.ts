import { describe, expect, it } from 'vitest';
import { attemptsFor, fits, optimise, type Attempt } from './optimise.js';

const limits = { pictureBytesMax: 1_000_000, picturePixelsMax: 12_000_000 };

/** An encoder whose files take so many bytes a pixel at full quality, and which keeps what it was asked for. */
function encoder(bytesPerPixel: number) {
  const asked: Attempt[] = [];
  const encode = (attempt: Attempt): Promise<Blob> => {
    asked.push(attempt);
    return Promise.resolve(new Blob([new Uint8Array(Math.ceil(attempt.width * attempt.height * bytesPerPixel * attempt.quality))], { type: attempt.type }));
  };
  return { asked, encode };
}

describe('optimise', () => {
  it('is asked for only when a limit is exceeded', () => {
    expect(fits({ width: 4_000, height: 3_000, bytes: 1_000_000 }, limits)).toBe(true);
    expect(fits({ width: 4_000, height: 3_000, bytes: 1_000_001 }, limits)).toBe(false);
    expect(fits({ width: 4_001, height: 3_000, bytes: 1 }, limits)).toBe(false);
  });

  it('keeps every pixel while a good quality allows it', async () => {
    const { encode } = encoder(1.1);
    const done = await optimise({ width: 1_000, height: 1_000, bytes: 3_000_000, transparent: false }, limits, encode);
    expect(done?.optimised).toEqual({
      before: { width: 1_000, height: 1_000, bytes: 3_000_000 },
      after: { width: 1_000, height: 1_000, bytes: 990_000, type: 'image/jpeg', quality: 0.9 },
    });
  });

  it('takes pixels only after quality, and tells how many', async () => {
    const { encode, asked } = encoder(2);
    const done = await optimise({ width: 1_000, height: 800, bytes: 9_000_000, transparent: false }, limits, encode);
    expect(asked.slice(0, 3).map(({ width, quality }) => [width, quality])).toEqual([[1_000, 0.95], [1_000, 0.9], [1_000, 0.85]]);
    expect(done?.optimised.after).toMatchObject({ width: 850, height: 680 });
  });

  it('brings too many pixels under that limit at once, at the same aspect', () => {
    const first = attemptsFor({ width: 8_000, height: 6_000 }, false, limits)[0];
    expect(first).toMatchObject({ width: 4_000, height: 3_000 });
  });

  it('keeps what is see-through see-through', async () => {
    const { encode } = encoder(0.5);
    const done = await optimise({ width: 1_000, height: 1_000, bytes: 2_000_000, transparent: true }, limits, encode);
    expect(done?.blob.type).toBe('image/webp');
  });

  it('takes no file of another type than asked, which a browser gives that cannot write it', async () => {
    const png = () => Promise.resolve(new Blob(['x'], { type: 'image/png' }));
    expect(await optimise({ width: 10, height: 10, bytes: 2_000_000, transparent: true }, limits, png)).toBeUndefined();
  });

  it('gives up instead of sending what is still too large', async () => {
    const tiny = { ...limits, pictureBytesMax: 1_000 };
    expect(await optimise({ width: 300, height: 300, bytes: 99_000, transparent: false }, tiny, encoder(3).encode)).toBeUndefined();
  });
});
