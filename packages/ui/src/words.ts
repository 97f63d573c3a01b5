const byteUnits = ['B', 'kB', 'MB', 'GB'] as const;

/** "14.2 MB", decimal units as file managers and upload limits use them. */
export function bytesInWords(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < byteUnits.length - 1) {
    value /= 1_000;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1).replace('.0', '')} ${byteUnits[unit]}`;
}

/** "4032 × 3024". */
export const sizeInWords = ({ width, height }: { width: number; height: number }): string => `${width} × ${height}`;

/** "3 edits", "1 edit". */
export const countInWords = (count: number, one: string, many = `${one}s`): string => `${count.toLocaleString('en')} ${count === 1 ? one : many}`;

/** "in 40 seconds", "in 2 minutes"; for Retry-After. */
export function waitInWords(seconds: number): string {
  if (seconds < 90) return `in ${countInWords(Math.max(1, Math.ceil(seconds)), 'second')}`;
  return `in ${countInWords(Math.round(seconds / 60), 'minute')}`;
}

/** "12 March 2027", in the reader's own way of writing dates. */
export const dateInWords = (iso: string): string => new Date(iso).toLocaleDateString(undefined, { dateStyle: 'medium' });
