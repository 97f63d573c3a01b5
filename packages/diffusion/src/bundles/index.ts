/**
 * Model bundles: what a published diffusers folder is, how it gets into the models folder whole or not at all, and what was
 * installed there. It reads and writes files and nothing else: no network, no inference, no decision about who may use a licence.
 */
export { BundleError, type BundleErrorCode } from './bundle-error.js';
export { type BundleFile, type BundleManifest, type Family, type Licence } from './manifest.js';
export { type Bundle, findBundle, type Following, listBundles, readBundle, type RefusedBundle, verifyBundle } from './read-bundle.js';
