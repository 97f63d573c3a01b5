import { describe, expect, it } from '@jest/globals';
import { parseGpuMemory } from './gpu-memory.js';

describe('the memory of GPUs', () => {
  it('is read as the driver prints it, and what is no figure is left out', () => {
    expect(parseGpuMemory('0, 1024, 81559\n1, [N/A], 81559\n\n')).toEqual([{ index: 0, usedBytes: 2 ** 30, totalBytes: 81_559 * 2 ** 20 }]);
  });
});
