import { TestEnvironment } from 'jest-environment-node';

/**
 * Tests run in a realm of their own, but the native part of onnxruntime makes arrays of the outer one, and its JavaScript compares
 * their constructors. So both realms share them, as they do outside of tests.
 */
export default class extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    Object.assign(this.global, { BigInt64Array, Float32Array, Float64Array, Int32Array, Uint16Array, Uint8Array });
  }
}
