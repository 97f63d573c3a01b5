/** What an event consists of; absent members are left out. */
export type Canonical = string | number | boolean | null | undefined | readonly Canonical[] | { readonly [member: string]: Canonical };

/**
 * One spelling for one value (RFC 8785): members sorted by UTF-16 code units, no spaces. Numbers must be safe integers, which
 * every reader spells alike.
 */
export function canonicalJson(value: Canonical): string {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) throw new RangeError('Only safe integers have one spelling.');
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (isList(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(',')}]`;
  const members = Object.keys(value)
    .filter((name) => value[name] !== undefined)
    .toSorted()
    .map((name) => `${JSON.stringify(name)}:${canonicalJson(value[name])}`);
  return `{${members.join(',')}}`;
}

const isList = (value: object): value is readonly Canonical[] => Array.isArray(value);
