import { describe, expect, it } from '@jest/globals';
import { fit, prepare, type Fit } from './fit.js';
import { restore } from './restore.js';

const klein: Fit = { kind: 'area-cap-centre-crop', multiple: 16, maxArea: 1_048_576, minSide: 64, maxAspect: 8 };
const kontext: Fit = { kind: 'nearest-of-list', multiple: 16, sizes: [[64, 128], [128, 64]] };

/** Slow slopes, which any resampler keeps. */
const slopes = (width: number, height: number) => ({
  width, height, data: Uint8Array.from({ length: width * height * 3 }, (_, at) => Math.round((((at / 3) % width) / width) * 200 + (at % 3) * 20)),
});

describe('restore', () => {
  it.each([[100, 90, klein], [400, 300, { ...klein, maxArea: 20_000 }], [64, 128, klein], [300, 170, kontext]] as const)('lays %i x %i back where prepare took it from', (width, height, rules) => {
    const source = slopes(width, height);
    const geometry = fit(source, rules);
    const back = restore(prepare(source, geometry), geometry);
    expect([back.width, back.height]).toEqual([width, height]);
    // Away from the border that the crop took, a slope is the same to a few levels, so nothing has moved.
    const margin = Math.ceil((16 * width) / geometry.resized.width);
    let worst = 0;
    for (let y = 0; y < height; y += 7) for (let x = margin; x < width - margin; x += 3) worst = Math.max(worst, Math.abs(back.data[(y * width + x) * 3]! - source.data[(y * width + x) * 3]!));
    expect(worst).toBeLessThanOrEqual(4);
  });
});
