import { verify } from 'node:crypto';
import { type Entitlement, entitlement, type EntitlementDocument } from '@flux-context/contracts';
import type { VendorKeys } from './vendor-keys.js';

export type OpenedDocument =
  | { readonly kind: 'genuine'; readonly entitlement: Entitlement }
  | { readonly kind: 'refused'; readonly reason: 'encoding' | 'key' | 'signature' | 'content' };

const ed25519SignatureBytes = 64;

/**
 * Verifies the signature over exactly the bytes that `payload` encodes, and only then reads them. A text has one spelling:
 * base64url that decodes to the same bytes but is written otherwise is refused.
 */
export function openDocument(document: EntitlementDocument, keys: VendorKeys): OpenedDocument {
  const payload = decodeExactly(document.payload);
  const signature = decodeExactly(document.signature);
  if (payload === undefined || signature?.length !== ed25519SignatureBytes) return { kind: 'refused', reason: 'encoding' };
  const key = keys.get(document.keyId);
  if (key === undefined) return { kind: 'refused', reason: 'key' };
  if (!verify(null, payload, key, signature)) return { kind: 'refused', reason: 'signature' };
  const read = entitlement.safeParse(readJson(payload));
  return read.success ? { kind: 'genuine', entitlement: read.data } : { kind: 'refused', reason: 'content' };
}

function decodeExactly(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text ? bytes : undefined;
}

function readJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}
