/**
 * The vendor's side of entitlements: key pairs and signatures. The appliance never uses it; it only verifies. Whoever has the
 * private key can give away edits, so it belongs on the vendor's machine and nowhere else.
 */
export { type SigningKey, signEntitlement } from './sign.js';
