import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

export interface GpuMemory {
  readonly index: number;
  readonly usedBytes: number;
  readonly totalBytes: number;
}

const mebibyte = 1_048_576;

/** What NVIDIA's driver says of each GPU; nothing where there is no such driver. onnxruntime itself does not tell. */
export async function gpuMemory(): Promise<GpuMemory[]> {
  try {
    const { stdout } = await promisify(execFile)('nvidia-smi', ['--query-gpu=index,memory.used,memory.total', '--format=csv,noheader,nounits'], { timeout: 2_000 });
    return parseGpuMemory(stdout);
  } catch {
    return [];
  }
}

/** Lines of `index, used MiB, total MiB`. */
export function parseGpuMemory(text: string): GpuMemory[] {
  return text.split('\n').flatMap((line) => {
    const [index, used, total] = line.split(',').map(Number);
    return line.trim() !== '' && [index, used, total].every(Number.isFinite) ? [{ index: index!, usedBytes: used! * mebibyte, totalBytes: total! * mebibyte }] : [];
  });
}
