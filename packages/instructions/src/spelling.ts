const lengthMin = 4;
const lengthMax = 24;
const offered = 4;

/** Edits from one word to another: a letter more, less, other, or two swapped. Gives up at `max`. */
function distance(a: string, b: string, max: number): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) cost = Math.min(cost, (beforeLast[j - 2] ?? 0) + 1);
      row.push(cost);
    }
    if (Math.min(...row) > max) return max + 1;
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? max + 1;
}

/** Known words spelt like this one, nearest first. Short words have too many neighbours to guess. */
export function spellingsOf(word: string, known: Iterable<string>): string[] {
  if (word.length < lengthMin || word.length > lengthMax) return [];
  const max = word.length < 6 ? 1 : 2;
  const near: { candidate: string; edits: number }[] = [];
  for (const candidate of known) {
    if (Math.abs(candidate.length - word.length) > max) continue;
    const edits = distance(word, candidate, max);
    if (edits <= max) near.push({ candidate, edits });
  }
  return near.toSorted((a, b) => a.edits - b.edits).slice(0, offered).map(({ candidate }) => candidate);
}
