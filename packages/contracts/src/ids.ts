import { z } from 'zod';

/** Prefixes of public identifiers; the rest is a UUIDv7 in hexadecimal without dashes. */
export const idPrefixes = {
  edit: 'edt',
  person: 'per',
  session: 'ses',
  apiKey: 'key',
  account: 'acc',
  grant: 'grt',
  entry: 'ent',
  entitlement: 'etl',
  holder: 'hld',
  worker: 'wrk',
  request: 'req',
  event: 'evt',
} as const;
export type IdKind = keyof typeof idPrefixes;

/** A new identifier, ordered by time: prefix and UUIDv7 (RFC 9562, section 5.7). */
export function newId(kind: IdKind, nowMs: number = Date.now()): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  let ms = nowMs;
  for (let i = 5; i >= 0; i--) {
    bytes[i] = ms % 256;
    ms = Math.floor(ms / 256);
  }
  bytes[6] = (bytes[6]! & 0x0f) | 0x70;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return `${idPrefixes[kind]}_${Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('')}`;
}

/** The schema of an identifier of one kind. */
export const idOf = (kind: IdKind) => z.string().regex(new RegExp(`^${idPrefixes[kind]}_[0-9a-f]{32}$`));
