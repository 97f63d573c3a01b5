import type { PixelBox } from '@flux-context/picture';
import { inPlace, type AxisMap, type Placement } from './placement.js';
import type { Raster } from './raster.js';

const { abs, ceil, max, min, sin } = Math;

/** A picture to take samples from; `Raster` and `RgbImage` (3 channels) both are. */
interface Samples {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array | Float32Array;
}

interface Kernel {
  readonly taps: number;
  /** Where in a line the `taps` pixels of the input begin that each of the output is made of, mirrored at the edges. */
  readonly from: Int32Array;
  readonly weights: Float32Array;
}

const sinc = (x: number): number => (x === 0 ? 1 : sin(x * Math.PI) / (x * Math.PI));
const lanczos3 = (x: number): number => (abs(x) < 3 ? sinc(x) * sinc(x / 3) : 0);

/** The edge sample is repeated once, as a mirror that stands on the edge shows it. */
const mirrored = (at: number, length: number): number => {
  const turn = ((at % (2 * length)) + 2 * length) % (2 * length);
  return turn < length ? turn : 2 * length - 1 - turn;
};

/** `step` is the number of samples from one pixel to the next. */
const kernelOf = (map: AxisMap, length: number, step: number, start: number, count: number): Kernel => {
  const stretch = max(1, map.scale);
  // In fours, as they are summed up; those beyond the filter weigh nothing.
  const taps = 4 * ceil((6 * stretch + 1) / 4);
  const kernel: Kernel = { taps, from: new Int32Array(count * taps), weights: new Float32Array(count * taps) };
  for (let i = 0; i < count; i += 1) {
    const centre = map.scale * (start + i) + map.offset;
    const first = ceil(centre - 3 * stretch);
    let sum = 0;
    for (let tap = 0; tap < taps; tap += 1) sum += lanczos3((first + tap - centre) / stretch);
    for (let tap = 0; tap < taps; tap += 1) {
      kernel.from[i * taps + tap] = mirrored(first + tap, length) * step;
      kernel.weights[i * taps + tap] = lanczos3((first + tap - centre) / stretch) / sum;
    }
  }
  return kernel;
};

/**
 * One picture seen on the pixels of another by Lanczos3, a row at a time: memory is some rows, however large the other picture is.
 * Rows must be asked for from the top down. Beyond its edges the picture goes on as in a mirror.
 */
export class RowResampler {
  private readonly across: Kernel;
  private readonly down: Kernel;
  private readonly kept: Float32Array[];
  private readonly keptRow: Int32Array;
  private readonly sums: Float32Array;
  private readonly line: Float32Array;

  /** `placement` maps the other picture's pixels to the samples'; only those within `box` will be asked for. */
  constructor(private readonly samples: Samples, private readonly channels: 1 | 3, placement: Placement, private readonly box: PixelBox) {
    this.across = kernelOf(placement.x, samples.width, channels, box.left, box.width);
    this.down = kernelOf(placement.y, samples.height, 1, box.top, box.height);
    // Mirrored rows come again, so as many are kept as lie within two spans.
    const rows = min(samples.height, 2 * this.down.taps);
    this.kept = Array.from({ length: rows }, () => new Float32Array(box.width * channels));
    this.keptRow = new Int32Array(rows).fill(-1);
    this.sums = new Float32Array(box.width * channels);
    this.line = new Float32Array(samples.width * channels);
  }

  /** The samples of row `y` within the box. The array is used again for the next row. */
  row(y: number): Float32Array {
    const { sums, down: { taps, from, weights } } = this;
    const first = (y - this.box.top) * taps;
    sums.fill(0);
    for (let tap = first; tap < first + taps; tap += 4) {
      const rows = [this.inputRow(from[tap]!), this.inputRow(from[tap + 1]!), this.inputRow(from[tap + 2]!), this.inputRow(from[tap + 3]!)] as const;
      addFour(sums, rows, weights.subarray(tap, tap + 4));
    }
    return sums;
  }

  wipe(): void {
    for (const row of this.kept) row.fill(0);
    this.sums.fill(0);
    this.line.fill(0);
  }

  private inputRow(y: number): Float32Array {
    const slot = y % this.kept.length;
    const row = this.kept[slot]!;
    if (this.keptRow[slot] === y) return row;
    this.keptRow[slot] = y;
    const { channels, line, samples: { width, data } } = this;
    line.set(data.subarray(y * width * channels, (y + 1) * width * channels));
    const { taps, from, weights } = this.across;
    for (let x = 0, tap = 0; x < row.length; x += channels, tap += taps) {
      for (let channel = 0; channel < channels; channel += 1) {
        let sum = 0;
        for (let k = tap; k < tap + taps; k += 4) {
          sum += weights[k]! * line[from[k]! + channel]! + weights[k + 1]! * line[from[k + 1]! + channel]!;
          sum += weights[k + 2]! * line[from[k + 2]! + channel]! + weights[k + 3]! * line[from[k + 3]! + channel]!;
        }
        row[x + channel] = sum;
      }
    }
    return row;
  }
}

type Four<T> = readonly [T, T, T, T];

const addFour = (sums: Float32Array, [a, b, c, d]: Four<Float32Array>, weights: Float32Array): void => {
  const [p, q, r, s] = [weights[0]!, weights[1]!, weights[2]!, weights[3]!];
  for (let i = 0; i < sums.length; i += 1) sums[i] = sums[i]! + p * a[i]! + q * b[i]! + r * c[i]! + s * d[i]!;
};

/** A whole picture on the pixels of another of the same size. */
export const moved = (samples: Samples, channels: 1 | 3, placement: Placement): Raster => {
  const { width, height } = samples;
  if (placement === inPlace) return { width, height, channels, data: new Float32Array(samples.data) };
  const rows = new RowResampler(samples, channels, placement, { left: 0, top: 0, width, height });
  const data = new Float32Array(samples.data.length);
  for (let y = 0; y < height; y += 1) data.set(rows.row(y), y * width * channels);
  rows.wipe();
  return { width, height, channels, data };
};
