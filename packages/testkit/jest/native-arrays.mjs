import { TestEnvironment } from 'jest-environment-node';

/**
 * Jest gives every test file typed arrays of its own. The runtime makes its results of Node's and finds the two different, so
 * tests that run models share Node's.
 */
export default class extends TestEnvironment {
  constructor(...options) {
    super(...options);
    Object.assign(this.global, { Float32Array, BigInt64Array, Uint8Array, ArrayBuffer });
  }
}
