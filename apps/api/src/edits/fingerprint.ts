import { createHmac } from 'node:crypto';
import type { EditRequest } from './edit-request.js';
import { filesOf } from './edit-request.js';
import type { Fingerprint } from './idempotency.repository.js';

/**
 * Digests of an Idempotency-Key and of the body it came with, keyed by the installation's secret. Each field is bound with
 * its name and length, so that no two different bodies read alike.
 */
export function fingerprintOf(request: EditRequest, idempotencyKey: string, secret: Buffer): Fingerprint {
  const key = createHmac('sha256', secret).update('idempotency-key\0').update(idempotencyKey).digest();
  const body = createHmac('sha256', secret).update('idempotency-body\0').update(key);
  const bind = (name: string, bytes: Uint8Array) => body.update(`${name}\0${bytes.byteLength}\0`).update(bytes);
  for (const file of filesOf(request)) bind(file.name, file.bytes);
  const text = JSON.stringify([request.instruction ?? null, request.plan ?? null, request.options]);
  bind('words', Buffer.from(text, 'utf8'));
  return { key, body: body.digest() };
}
