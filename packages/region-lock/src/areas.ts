/** What hangs together by sides is one area; visits each once, with its pixels. `areaOf` says which pixels may be together; 0 is none. */
export const eachArea = (kinds: Uint8Array, width: number, visit: (pixels: Int32Array, kind: number) => void): void => {
  const seen = new Uint8Array(kinds.length);
  const queue = new Int32Array(kinds.length);
  for (let start = 0; start < kinds.length; start += 1) {
    const kind = kinds[start]!;
    if (kind === 0 || seen[start] === 1) continue;
    let count = 0;
    const reach = (at: number): void => {
      if (seen[at] === 1 || kinds[at] !== kind) return;
      seen[at] = 1;
      queue[count] = at;
      count += 1;
    };
    reach(start);
    for (let next = 0; next < count; next += 1) {
      const at = queue[next]!;
      const x = at % width;
      if (x > 0) reach(at - 1);
      if (x < width - 1) reach(at + 1);
      if (at >= width) reach(at - width);
      if (at + width < kinds.length) reach(at + width);
    }
    visit(queue.subarray(0, count), kind);
  }
};
