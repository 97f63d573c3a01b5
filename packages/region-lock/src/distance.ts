/** Longer than any picture's side, so that its square is beyond every radius. */
const far = 1e5;

/**
 * For every pixel the squared distance to the nearest one that is set, in pixels, exact (Felzenszwalb and Huttenlocher 2012).
 * Without any, all are beyond every radius.
 */
export const squaredDistances = (set: Uint8Array, width: number): Float32Array => {
  const distances = distancesDown(set, width);
  const line = new Float64Array(width);
  const parabolas = new Int32Array(width);
  const starts = new Float64Array(width + 1);
  for (let start = 0; start < distances.length; start += width) {
    for (let x = 0; x < width; x += 1) line[x] = distances[start + x]! ** 2;
    lowestParabolas(line, parabolas, starts);
    for (let x = 0, k = 0; x < width; x += 1) {
      while (starts[k + 1]! < x) k += 1;
      const nearest = parabolas[k]!;
      distances[start + x] = (x - nearest) ** 2 + line[nearest]!;
    }
  }
  return distances;
};

/** Within each column, from above and then from below. */
const distancesDown = (set: Uint8Array, width: number): Float32Array => {
  const distances = new Float32Array(set.length);
  for (let at = 0; at < set.length; at += 1) if (set[at] === 0) distances[at] = at < width ? far : distances[at - width]! + 1;
  for (let at = set.length - width - 1; at >= 0; at -= 1) {
    const below = distances[at + width]! + 1;
    if (below < distances[at]!) distances[at] = below;
  }
  return distances;
};

/** Which parabola, of those that stand at every sample as high as the line, is the lowest from where on. */
const lowestParabolas = (line: Float64Array, parabolas: Int32Array, starts: Float64Array): void => {
  let last = 0;
  parabolas[0] = 0;
  starts[0] = -Infinity;
  for (let q = 1; q < line.length; q += 1) {
    let meets = meeting(line, parabolas[last]!, q);
    while (meets <= starts[last]!) {
      last -= 1;
      meets = meeting(line, parabolas[last]!, q);
    }
    last += 1;
    parabolas[last] = q;
    starts[last] = meets;
  }
  starts[last + 1] = Infinity;
};

const meeting = (line: Float64Array, p: number, q: number): number => (line[q]! + q * q - line[p]! - p * p) / (2 * (q - p));

/** Sets all within `radius` of what is set. */
export const dilate = (set: Uint8Array, width: number, radius: number): Uint8Array => {
  const distances = squaredDistances(set, width);
  const grown = new Uint8Array(set.length);
  for (let at = 0; at < grown.length; at += 1) if (distances[at]! <= radius * radius) grown[at] = 1;
  return grown;
};

/** Clears all within `radius` of what is not set. The picture's edge takes nothing away. */
export const erode = (set: Uint8Array, width: number, radius: number): Uint8Array => inverted(dilate(inverted(set), width, radius));

export const inverted = (set: Uint8Array): Uint8Array => {
  const other = new Uint8Array(set.length);
  for (let at = 0; at < other.length; at += 1) other[at] = 1 - set[at]!;
  return other;
};
