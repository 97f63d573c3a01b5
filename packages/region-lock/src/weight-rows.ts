import type { Mask, PixelBox } from '@flux-context/picture';
import type { AxisMap, Placement } from './placement.js';

const { floor, max, min } = Math;

/**
 * A mask of the model's size on the source's pixels, row by row: bilinear, so that it is 0 exactly where all four neighbours are,
 * going on beyond the edges, and never above the brush, which is of the source's size.
 */
export class WeightRows {
  private readonly columns: Float64Array;
  private readonly weights: Uint8Array;

  constructor(private readonly mask: Mask, private readonly placement: Placement, private readonly box: PixelBox, private readonly brush: Mask | undefined) {
    this.columns = Float64Array.from({ length: box.width }, (_, x) => within(placement.x, box.left + x, mask.width));
    this.weights = new Uint8Array(box.width);
  }

  /** The weights of row `y` of the source within the box. The array is used again for the next row. */
  row(y: number): Uint8Array {
    const { mask: { width, height, data }, columns, weights, box, brush } = this;
    const at = within(this.placement.y, y, height);
    const top = floor(at);
    const down = at - top;
    const [upper, lower] = [top * width, min(top + 1, height - 1) * width];
    for (let x = 0; x < weights.length; x += 1) {
      const column = columns[x]!;
      const left = floor(column);
      const right = min(left + 1, width - 1);
      const across = column - left;
      const above = data[upper + left]! * (1 - across) + data[upper + right]! * across;
      const below = data[lower + left]! * (1 - across) + data[lower + right]! * across;
      const weight = floor(above * (1 - down) + below * down + 1e-6);
      weights[x] = brush ? min(weight, brush.data[y * brush.width + box.left + x]!) : weight;
    }
    return weights;
  }
}

const within = (map: AxisMap, at: number, length: number): number => min(max(map.scale * at + map.offset, 0), length - 1);
