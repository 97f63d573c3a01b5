import { runInThisContext } from 'node:vm';

/**
 * Jest gives every test file typed arrays of its own. Native modules make theirs of Node's, and onnxruntime finds the two
 * different, so tests use Node's, as they do for Uint8Array already.
 */
Object.assign(globalThis, runInThisContext('({ Float32Array, Uint16Array, Int32Array, BigInt64Array })'));
