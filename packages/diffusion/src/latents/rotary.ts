/** Cosines and sines of every token's angles, [tokens, angles]. */
export interface RotaryTable {
  readonly cos: Float32Array;
  readonly sin: Float32Array;
  readonly tokens: number;
  readonly angles: number;
}

/** Where a token is, one number per axis. FLUX.2 has time, row, column and word. */
export type Position = readonly number[];

/**
 * Rotary position embedding of several axes (Su et al., 2021): an axis of size d gives d / 2 angles, position · theta^(-2j / d),
 * computed in float64 as the reference does. Positions repeat, so each is computed once per axis.
 */
export const rotaryTable = (positions: readonly Position[], axes: readonly number[], theta: number): RotaryTable => {
  const angles = axes.reduce((sum, size) => sum + size / 2, 0);
  const [cos, sin] = [new Float32Array(positions.length * angles), new Float32Array(positions.length * angles)];
  let offset = 0;
  for (const [axis, size] of axes.entries()) {
    const frequencies = Array.from({ length: size / 2 }, (_, j) => 1 / theta ** ((2 * j) / size));
    const known = new Map<number, { cos: Float32Array; sin: Float32Array }>();
    for (const [token, position] of positions.entries()) {
      const at = position[axis]!;
      const row = known.get(at) ?? { cos: Float32Array.from(frequencies, (frequency) => Math.cos(at * frequency)), sin: Float32Array.from(frequencies, (frequency) => Math.sin(at * frequency)) };
      known.set(at, row);
      cos.set(row.cos, token * angles + offset);
      sin.set(row.sin, token * angles + offset);
    }
    offset += size / 2;
  }
  return { cos, sin, tokens: positions.length, angles };
};

/** A picture in tokens. */
export interface Grid {
  readonly rows: number;
  readonly columns: number;
}

/** The positions of a picture's tokens, row by row. */
export const gridPositions = ({ rows, columns }: Grid, place: (row: number, column: number) => Position): Position[] =>
  Array.from({ length: rows * columns }, (_, at) => place(Math.floor(at / columns), at % columns));
