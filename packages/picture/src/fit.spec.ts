import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { fit, prepare, type Fit } from './fit.js';
import { resizeLanczos } from './lanczos.js';
import type { RgbImage } from './rgb-image.js';

const { imul } = Math;

/** Noise, which shows every wrong weight and every wrong rounding; the recorded hashes come from the same generator. */
const noise = (width: number, height: number): RgbImage => {
  const data = new Uint8Array(width * height * 3);
  let state = (width * 65_537 + height) >>> 0;
  for (let i = 0; i < data.length; i += 1) {
    state = (imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    data[i] = state >>> 24;
  }
  return { width, height, data };
};
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const flux2: Fit = { kind: 'area-cap-centre-crop', multiple: 16, maxArea: 1024 * 1024, minSide: 64, maxAspect: 8 };
const code = (run: () => unknown): unknown => {
  try {
    return run();
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('resizeLanczos', () => {
  /** SHA-256 of what Pillow 13.0 makes of the same noise. */
  const pillow: [[number, number], [number, number], string][] = [
    [[301, 203], [64, 48], 'b2cd4851120091b6c0920b635696e2ff2b2d32fba45854e0b09248459c5f4509'],
    [[64, 48], [301, 203], '268534eb606ee147cecb1181025002cb8bbec5ebd85a8cf6e5bf1e606fd5e668'],
    [[37, 91], [37, 50], 'd466ee47a28fc4754da9112409dfab4225add4905a1773db5a184d6e3af8dcc7'],
    [[37, 91], [20, 91], '19d22de1cd3a59fc092163808e970a2017a9fcf585d6f89a7b7fea59bedd6b64'],
    [[1, 1], [5, 7], '7bb9fd6d5a6039854137cae414ebdcf56f306ce5215227ea1622a3354b41399a'],
    [[1000, 3], [17, 16], 'f5e1f4e31f5d1090efd9f8aec291ca41f96343c13184e5adae7603221a314116'],
    [[96, 64], [96, 64], 'd978e456dc0e836cc6024810264db4fecd013dca778dfa3b1877498ba3b828b4'],
    [[500, 400], [1, 1], '4ac5fe6b86e178f61c2c1a2cebfa78030693871895474d5309424d9ee4f1cf3f'],
    [[60, 100], [50, 30], 'c43dd53c90c2a24b8d1cf764f6d71f8dfa2974ce6439a4862cdcbbc9be8a26df'],
    [[70, 500], [38, 273], '31ea87b6b61b3f74257afe53aaa1d3a167b4cec1c11bacedb365865533043f3c'],
    [[100, 200], [110, 199], 'f8eb2e6218fd2439a8771eecf6003ff33e544470fde6b74c3669b2151473b913'],
    [[100, 200], [50, 100], '8744142b1222125524ab3e40ef48cd267c344ef363f739a9bd1a9ff0fd2b2683'],
    [[129, 257], [128, 258], '4e90848af94d9e40922db9229257c6f3b24ffe07fa11c7f4c577070568848dc8'],
  ];

  it.each(pillow)('gives the bytes that Pillow gives: %j to %j', ([width, height], [toWidth, toHeight], expected) => {
    const source = noise(width, height);
    const scaled = resizeLanczos(source, toWidth, toHeight);
    expect([scaled.width, scaled.height, sha256(scaled.data)]).toEqual([toWidth, toHeight, expected]);
    expect(source).toEqual(noise(width, height));
    expect(scaled.data.buffer).not.toBe(source.data.buffer);
  });
});

describe('fit', () => {
  it.each([
    [[6000, 4000], [1254, 836], [3, 2, 1248, 832]],
    [[1920, 1080], [1365, 768], [2, 0, 1360, 768]],
    [[3000, 1000], [1773, 591], [6, 7, 1760, 576]],
    [[1024, 1024], [1024, 1024], [0, 0, 1024, 1024]],
    [[100, 70], [100, 70], [2, 3, 96, 64]],
  ])('caps the area and cuts to multiples as FLUX.2 does: %j', ([width, height], [resizedWidth, resizedHeight], [left, top, cropWidth, cropHeight]) => {
    expect(fit({ width: width!, height: height! }, flux2)).toEqual({
      source: { width, height },
      resized: { width: resizedWidth, height: resizedHeight },
      crop: { left, top, width: cropWidth, height: cropHeight },
    });
  });

  it('refuses what the reference implementation refuses', () => {
    expect(code(() => fit({ width: 1, height: 1 }, flux2))).toBe('picture.too_small');
    expect(code(() => fit({ width: 64, height: 63 }, flux2))).toBe('picture.too_small');
    expect(code(() => fit({ width: 64, height: 513 }, flux2))).toBe('picture.too_elongated');
    expect(code(() => fit({ width: 20_000, height: 100 }, flux2))).toBe('picture.too_elongated');
    expect(code(() => fit({ width: 64, height: 512 }, flux2))).toMatchObject({ crop: { width: 64, height: 512 } });
  });

  it('stretches to the listed size of the nearest aspect', () => {
    const kontext: Fit = { kind: 'nearest-of-list', multiple: 16, sizes: [[832, 1248], [1024, 1024], [1248, 832], [1392, 752]] };
    expect(fit({ width: 6000, height: 4000 }, kontext).resized).toEqual({ width: 1248, height: 832 });
    expect(fit({ width: 500, height: 501 }, kontext).crop).toEqual({ left: 0, top: 0, width: 1024, height: 1024 });
    expect(code(() => fit({ width: 500, height: 15 }, kontext))).toBe('picture.too_small');
  });
});

describe('prepare', () => {
  it('scales, then cuts from the middle', () => {
    const source = noise(403, 301);
    const geometry = fit(source, { ...flux2, maxArea: 200 * 200 });
    const prepared = prepare(source, geometry);
    const scaled = resizeLanczos(source, geometry.resized.width, geometry.resized.height);
    expect([prepared.width, prepared.height]).toEqual([geometry.crop.width, geometry.crop.height]);
    for (const y of [0, prepared.height - 1]) {
      const from = ((geometry.crop.top + y) * scaled.width + geometry.crop.left) * 3;
      const row = prepared.data.subarray(y * prepared.width * 3, (y + 1) * prepared.width * 3);
      expect(Buffer.from(row).equals(Buffer.from(scaled.data.subarray(from, from + prepared.width * 3)))).toBe(true);
    }
  });

  it('leaves the picture as it is where nothing has to be scaled, also one whose bytes are a Buffer', () => {
    const { data } = noise(70, 100);
    const source: RgbImage = { width: 70, height: 100, data: Buffer.from(data) };
    prepare(source, fit(source, flux2));
    expect(Buffer.from(data).equals(source.data)).toBe(true);
  });

  it('refuses a geometry of another picture', () => {
    expect(() => prepare(noise(64, 80), fit({ width: 80, height: 64 }, flux2))).toThrow(RangeError);
  });
});
