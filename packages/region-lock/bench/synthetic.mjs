/**
 * Pictures, edits and models' faults from a seed, for the specs and the benchmark: what was changed is known to the byte, so what a lock
 * keeps can be measured.
 */

const { abs, ceil, cos, floor, imul, max, min, round, sin } = Math;

/** Numbers from 0 to 1, the same for the same seed. */
export const randomOf = (seed) => {
  let state = (seed * 2_654_435_761 + 12_345) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

/** Smooth noise of a cell's size, between -1 and 1. */
const smoothNoise = (cell, width, height, random) => {
  const columns = ceil(width / cell) + 2;
  const grid = Float32Array.from({ length: columns * (ceil(height / cell) + 2) }, () => random() * 2 - 1);
  const ease = (t) => t * t * (3 - 2 * t);
  return (x, y) => {
    const [column, row] = [floor(x / cell), floor(y / cell)];
    const [across, down] = [ease(x / cell - column), ease(y / cell - row)];
    const at = row * columns + column;
    const above = grid[at] * (1 - across) + grid[at + 1] * across;
    const below = grid[at + columns] * (1 - across) + grid[at + columns + 1] * across;
    return above * (1 - down) + below * down;
  };
};

/** A scene with sky, textured ground, hard edges and grain. Sizes of things follow the picture's. 8 bits, RGB. */
export const scene = (width, height, seed) => {
  const random = randomOf(seed);
  const unit = min(width, height);
  const octaves = [unit / 3, unit / 12, unit / 40, max(2, unit / 160)].map((cell) => smoothNoise(cell, width, height, random));
  const things = Array.from({ length: 14 }, () => ({
    x: random() * width, y: height * (0.25 + random() * 0.7), rx: unit * (0.03 + random() * 0.12), ry: unit * (0.03 + random() * 0.12),
    isBox: random() < 0.5, colour: [random(), random(), random()].map((value) => 30 + value * 190), stripe: unit * (0.008 + random() * 0.03),
  }));
  const data = new Uint8Array(width * height * 3);
  for (let y = 0, at = 0; y < height; y += 1) {
    const ground = y > height * 0.3;
    const near = things.filter((thing) => abs(y - thing.y) <= thing.ry);
    for (let x = 0; x < width; x += 1, at += 3) {
      const [slow, middle, fine, finest] = octaves.map((noise) => noise(x, y));
      let colour = ground ? [105, 95, 70].map((base) => base + slow * 40 + middle * 30 + fine * 25 + finest * 18) : [120, 160, 205].map((base) => base + slow * 20 + (y / height) * 60);
      for (const thing of near) {
        const [dx, dy] = [(x - thing.x) / thing.rx, (y - thing.y) / thing.ry];
        if (thing.isBox ? abs(dx) > 1 : dx * dx + dy * dy > 1) continue;
        const dark = floor(x / thing.stripe) % 2 === 0 ? 0.75 : 1;
        colour = thing.colour.map((base) => (base + slow * 15 + fine * 8) * dark);
      }
      const grain = (random() - 0.5) * 6;
      for (let channel = 0; channel < 3; channel += 1) data[at + channel] = min(255, max(0, round(colour[channel] + grain)));
    }
  }
  return { width, height, channels: 3, depth: 8, data };
};

/** What an edit can be. Each says the new colour of a pixel within it; `u` and `v` run from -1 to 1 over it. */
const kinds = {
  /** A new thing, with a pattern of its own. */
  object: (colour, { u, v }, { tone }) => (sin(u * 9) * cos(v * 9) > 0 ? tone : tone.map((value) => 255 - value)),
  /** The same thing in another colour, its shading kept. */
  recolour: (colour) => [colour[2] * 0.8 + 40, colour[0] * 0.7 + 10, colour[1] * 0.9],
  /** A thing taken away: a smooth patch. */
  removal: (colour, { u, v }) => [128 + u * 20, 122 + v * 15, 112],
  /** Writing: thin strokes. */
  text: (colour, { u, v }, { tone }) => (abs(sin(u * 18)) < 0.45 && abs(v) < 0.7 ? tone.map((value) => (value > 128 ? 250 : 10)) : undefined),
};
export const editKinds = Object.keys(kinds);

/** The scene after the edit, as a perfect editor would do it. `size` is the edit's half width as a share of the shorter side. */
export const edited = (picture, { kind, seed, size = 0.16, at }) => {
  const random = randomOf(seed + 77);
  const { width, height } = picture;
  const radius = size * min(width, height);
  const [cx, cy] = at ? [at[0] * width, at[1] * height] : [radius + random() * (width - 2 * radius), radius + random() * (height - 2 * radius)];
  const look = { tone: [random(), random(), random()].map((value) => (value > 0.5 ? 200 + value * 40 : 10 + value * 60)) };
  const data = picture.data.slice();
  for (let y = max(0, ceil(cy - radius)); y < min(height, cy + radius); y += 1) {
    for (let x = max(0, ceil(cx - radius)); x < min(width, cx + radius); x += 1) {
      const [u, v] = [(x - cx) / radius, (y - cy) / radius];
      if (u * u + v * v > 1) continue;
      const from = (y * width + x) * 3;
      const colour = kinds[kind](data.subarray(from, from + 3), { u, v }, look);
      if (colour) for (let channel = 0; channel < 3; channel += 1) data[from + channel] = min(255, max(0, round(colour[channel])));
    }
  }
  return { ...picture, data };
};

const cubic = (t) => {
  const x = abs(t);
  if (x < 1) return 1.5 * x ** 3 - 2.5 * x ** 2 + 1;
  return x < 2 ? -0.5 * x ** 3 + 2.5 * x ** 2 - 4 * x + 2 : 0;
};

/** The content moved by `shift` and grown by `scale` about the centre, by Catmull and Rom's cubic: another filter than the lock's own. */
const displaced = ({ width, height, data }, [shiftX, shiftY], scale) => {
  const out = new Float32Array(data.length);
  const across = new Float32Array(data.length);
  const pass = (from, to, count, lines, [step, next], shift) => {
    const centre = (count - 1) / 2;
    for (let i = 0; i < count; i += 1) {
      const at = (i - centre - shift) / scale + centre;
      const first = floor(at) - 1;
      const taps = [0, 1, 2, 3].map((tap) => [min(count - 1, max(0, first + tap)) * step, cubic(at - first - tap)]);
      for (let line = 0; line < lines; line += 1) {
        for (let channel = 0; channel < 3; channel += 1) {
          const at = line * next + channel;
          to[at + i * step] = taps[0][1] * from[at + taps[0][0]] + taps[1][1] * from[at + taps[1][0]] + taps[2][1] * from[at + taps[2][0]] + taps[3][1] * from[at + taps[3][0]];
        }
      }
    }
  };
  pass(data, across, width, height, [3, width * 3], shiftX);
  pass(across, out, height, width, [width * 3, 3], shiftY);
  return out;
};

/**
 * What an autoencoder does to a picture: fine detail is lost, and errors in patches of some pixels are added that are larger where there
 * is texture. `strength` 1 is about 33 dB on these scenes. `noise` is the seed of the errors.
 */
const coded = (values, { width, height }, strength, noise) => {
  if (strength === 0) return;
  const random = randomOf(noise);
  const patches = [0, 1, 2].map(() => [smoothNoise(3, width, height, random), smoothNoise(9, width, height, random)]);
  const before = values.slice();
  const sample = (x, y, channel) => before[(min(height - 1, max(0, y)) * width + min(width - 1, max(0, x))) * 3 + channel];
  for (let y = 0, at = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      for (let channel = 0; channel < 3; channel += 1, at += 1) {
        const around = (sample(x - 1, y, channel) + sample(x + 1, y, channel) + sample(x, y - 1, channel) + sample(x, y + 1, channel)) / 4;
        const busy = min(30, abs(around - before[at]) + abs(sample(x + 1, y, channel) - before[at]));
        const [small, large] = patches[channel];
        values[at] += strength * (0.3 * (around - before[at]) + (small(x, y) * 2 + large(x, y) * 1.5) * (1 + busy / 12) + (random() - 0.5) * 3);
      }
    }
  }
};

/** The prepared edit as a model gives it back: displaced, tinted (an affine map of colours as 3 rows of 4), coded. */
export const asModelGives = (image, { shift = [0, 0], scale = 1, tint, noise = 0, seed = 1 }) => {
  const values = shift[0] === 0 && shift[1] === 0 && scale === 1 ? Float32Array.from(image.data) : displaced(image, shift, scale);
  if (tint) {
    for (let at = 0; at < values.length; at += 3) {
      const [r, g, b] = [values[at], values[at + 1], values[at + 2]];
      for (let row = 0; row < 3; row += 1) values[at + row] = tint[row][0] * r + tint[row][1] * g + tint[row][2] * b + tint[row][3];
    }
  }
  coded(values, image, noise, seed);
  return { ...image, data: Uint8Array.from(values, (value) => min(255, max(0, round(value)))) };
};

export const tints = {
  warm: [[1.03, 0, 0, 4], [0, 1, 0, 1], [0, 0, 0.96, -3]],
  faded: [[0.92, 0.02, 0.01, 9], [0.01, 0.93, 0.02, 8], [0.01, 0.02, 0.92, 10]],
};

/**
 * `kept`: the share of the true change, weighted by its strength (the largest channel's difference between the perfect edit and the
 * source), that the lock took from the edit. `error`: how far the result is from the perfect edit where that differs from the source, as a
 * share of that difference. `extent`: pixels written per pixel truly changed. All arrays are of the same picture's size.
 */
export const measured = (source, perfect, result, weights) => {
  let [change, taken, off, changed, written, differing] = [0, 0, 0, 0, 0, 0];
  for (let pixel = 0, at = 0; pixel < weights.length; pixel += 1, at += 3) {
    const distance = (one, other) => max(abs(one[at] - other[at]), abs(one[at + 1] - other[at + 1]), abs(one[at + 2] - other[at + 2]));
    const wanted = distance(source, perfect);
    if (weights[pixel] > 0) written += 1;
    else for (let channel = 0; channel < 3; channel += 1) differing += source[at + channel] === result[at + channel] ? 0 : 1;
    if (wanted === 0) continue;
    changed += 1;
    change += wanted;
    taken += (wanted * weights[pixel]) / 255;
    off += distance(result, perfect);
  }
  return { kept: taken / change, error: off / change, extent: written / changed, share: written / weights.length, differing };
};
