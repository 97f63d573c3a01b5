/**
 * Sealing: HPKE to a pool, parts in chunks under the secrets of one edit, fields under the key of one subject, and where those
 * keys live. The only user of ciphers in the house. It must not know what is inside the parts, and its errors never say more than a code.
 */
export { EnvelopeError, type EnvelopeErrorCode } from './envelope-error.js';
export { fileKeySource, type FileKeySourceOptions } from './file-key-source.js';
export type { KeySource } from './key-source.js';
export { openChunks, openPart, plainSizeMax, sealChunks, sealPart, sealedSize, type PartId } from './part.js';
export { generatePoolKeyPair, openFrom, sealTo, type EditSecrets, type PoolKeyPair, type SealedFor } from './pool-key.js';
export { fileSubjectKeys, type SubjectKeys } from './subject-keys.js';
export { zero } from './zero.js';
