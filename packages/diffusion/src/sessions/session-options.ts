/** Where the arithmetic runs, the fastest first. */
export const providers = ['cuda', 'webgpu', 'cpu'] as const;
export type Provider = (typeof providers)[number];

/** How sessions are to run: `threads` for the CPU (the runtime's own choice when absent), `deviceId` for CUDA. */
export interface SessionOptions {
  readonly provider: Provider;
  readonly threads?: number;
  readonly deviceId?: number;
}
