import { type KeyObject, sign } from 'node:crypto';
import { type Entitlement, entitlement, type EntitlementDocument } from '@flux-context/contracts';

export interface SigningKey {
  /** The name of the public key's file in the customer's folder of keys, without `.pem`. */
  readonly id: string;
  /** Ed25519. */
  readonly privateKey: KeyObject;
}

/** Signs the JSON bytes of the entitlement. Throws when it does not have the form that appliances accept. */
export function signEntitlement(draft: Entitlement, key: SigningKey): EntitlementDocument {
  const payload = Buffer.from(JSON.stringify(entitlement.parse(draft)), 'utf8');
  return { keyId: key.id, payload: payload.toString('base64url'), signature: sign(null, payload, key.privateKey).toString('base64url') };
}
