import { blur, type Raster } from './raster.js';

const { abs, ceil, floor, max, min } = Math;

/** Differences up to this, of 255, are never seen as an edit. */
const levelsMin = 6;
/** How many times the usual difference is needed. */
const factor = 2.5;
/** The round trip's error is averaged over this many pixels to each side. */
const reach = 6;

/** The largest difference of the three channels, per pixel. Signed differences are averaged over about 3 px first, so that noise cancels and an edit does not. */
export const differences = (one: Raster, other: Raster): Float32Array => {
  const signed: Raster = { ...one, data: new Float32Array(one.data.length) };
  for (let at = 0; at < signed.data.length; at += 1) signed.data[at] = one.data[at]! - other.data[at]!;
  blur(signed, 1, 3);
  const largest = new Float32Array(one.width * one.height);
  for (let pixel = 0, at = 0; pixel < largest.length; pixel += 1, at += 3) largest[pixel] = max(abs(signed.data[at]!), abs(signed.data[at + 1]!), abs(signed.data[at + 2]!));
  signed.data.fill(0);
  return largest;
};

/**
 * Per pixel, the difference that a picture gets from being encoded and decoded alone, times a safety factor. From the round trip of
 * the reference where the engine gave it.
 */
export const noiseFloorOf = (reference: Raster, roundTrip: Raster): Float32Array => {
  const errors: Raster = { width: reference.width, height: reference.height, channels: 1, data: differences(reference, roundTrip) };
  blur(errors, reach, 2);
  return errors.data.map((error) => max(levelsMin, factor * error));
};

const bins = 16;
/** A third of the pixels stays unedited nearly always, where half may not. */
const quantile = 1 / 3;
/** Of a normal deviation the third is 0.431 sigma where the half is 0.674. */
const quantileToMedian = 0.674 / 0.431;
/** An autoencoder's usual error after the averaging stays below this. */
const usualMax = 6;

/**
 * The same without a round trip: codecs err most where there is most texture, so the pixels are sorted into classes of equal size by
 * how busy the reference is around them, and the usual difference of a class is read off its lower third, which an edit hardly moves.
 */
export const estimatedNoiseFloor = (luma: Raster, difference: Float32Array): Float32Array => {
  const activity = activityOf(luma);
  const sorted = sampled(activity).toSorted();
  const limits = Array.from({ length: bins - 1 }, (_, bin) => sorted[floor(((bin + 1) * sorted.length) / bins)]!);
  const binOf = (pixel: number): number => {
    let [low, high] = [0, bins - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (activity[pixel]! >= limits[middle]!) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const classes: number[][] = Array.from({ length: bins }, () => []);
  const step = stepFor(difference.length);
  for (let pixel = 0; pixel < difference.length; pixel += step) classes[binOf(pixel)]!.push(difference[pixel]!);
  const usual = classes.map((values) => (values.length === 0 ? 0 : Float64Array.from(values).toSorted()[floor(values.length * quantile)]! * quantileToMedian));
  const floors = usual.map((value) => max(levelsMin, factor * min(usualMax, value)));
  for (let pixel = 0; pixel < activity.length; pixel += 1) activity[pixel] = floors[binOf(pixel)]!;
  return activity;
};

const stepFor = (count: number): number => max(1, floor(count / 100_000)) | 1;

const sampled = (values: Float32Array): Float32Array => {
  const step = stepFor(values.length);
  return Float32Array.from({ length: ceil(values.length / step) }, (_, index) => values[index * step]!);
};

const activityOf = ({ width, height, data }: Raster): Float32Array => {
  const activity = new Float32Array(data.length);
  for (let y = 0, at = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1, at += 1) {
      const right = data[x + 1 < width ? at + 1 : at]!;
      const below = data[y + 1 < height ? at + width : at]!;
      activity[at] = abs(right - data[at]!) + abs(below - data[at]!);
    }
  }
  return blur({ width, height, channels: 1, data: activity }, 4, 2).data;
};
