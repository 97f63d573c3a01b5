/**
 * Entitlements: documents signed by the vendor that say how many seats, how many edits a month and which packs there are.
 * Imported offline, each exactly once. The room trusts the configured public keys and nothing else; it never signs.
 *
 * The evaluation entitlement and its public key are files in the repository (`tools/entitlement/evaluation`), which only the
 * embedded form trusts. Its private key existed for one signature and was never written down: so there is no key on anybody's
 * disk that could issue more, the first start takes the same way as every other import, and a production install, which
 * trusts its own folder of keys, refuses the file.
 */
export { EntitlementService } from './entitlement.service.js';
export { EntitlementsModule } from './entitlements.module.js';
