/**
 * Model bundles: what a published diffusers folder is, how it gets into the models folder whole or not at all, and what was
 * installed there. It reads and writes files and nothing else: no network, no inference, no decision about who may use a licence.
 */
export { BundleError, type BundleErrorCode } from './bundle-error.js';
export { importArchive } from './import-archive.js';
export { importFolder, type Imported, type ImportOptions } from './import-folder.js';
export { KeyError, readSigningKey, readTrustedKeys, type SigningKey, type TrustedKeys } from './keys.js';
export type { AutoencoderFiles, BundleFile, BundleManifest, Family, LatentForm, Licence, Network, Ports, PublishedGraph } from './manifest.js';
export { packBundle } from './pack-archive.js';
export type { Conversion } from './precision.js';
export { follow, type Followed, type Progress } from './progress.js';
export { type Bundle, findBundle, type Following, listBundles, readBundle, type RefusedBundle, verifyBundle } from './read-bundle.js';
export { removeBundle } from './remove-bundle.js';
export type { SelfTest } from './staging.js';
