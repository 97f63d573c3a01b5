import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fit, prepare, type RgbImage } from '@flux-context/picture';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Bundle } from '../bundles/index.js';
import { fixtureBundle } from '../parity.spec-parts.js';

interface Prepared {
  readonly source: [number, number];
  readonly resized: [number, number];
  readonly crop: [number, number, number, number];
  readonly sha256: string | null;
}

const prepared = JSON.parse(readFileSync(new URL('../../fixtures/expected/geometry.json', import.meta.url), 'utf8')) as Record<'klein' | 'kontext', Prepared[]>;

/** The picture of the fixtures; see `tools/parity/README.md`. */
const pattern = ([width, height]: Prepared['source']): RgbImage => {
  const data = new Uint8Array(width * height * 3);
  for (let at = 0; at < data.length; at += 1) data[at] = Math.imul(at, 2_654_435_761) >>> 24;
  return { width, height, data };
};

describe.each([['flux2-klein', 'klein'], ['flux-kontext', 'kontext']] as const)('%s', (name, family) => {
  let bundle: Bundle;
  beforeAll(async () => {
    bundle = await fixtureBundle(name);
  });

  it.each(prepared[family].map((each) => [each.source, each] as const))('gets the picture that the reference gets: %j', (_, { source, resized, crop, sha256 }) => {
    const [width, height] = source;
    const geometry = fit({ width, height }, bundle.manifest.image.fit);
    expect([geometry.resized.width, geometry.resized.height]).toEqual(resized);
    expect([geometry.crop.left, geometry.crop.top, geometry.crop.width, geometry.crop.height]).toEqual(crop);
    if (sha256 !== null) expect(createHash('sha256').update(prepare(pattern(source), geometry).data).digest('hex')).toBe(sha256);
  });
});
