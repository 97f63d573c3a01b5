declare module 'heic-decode' {
  export interface HeicImage {
    readonly width: number;
    readonly height: number;
    decode(): Promise<{ readonly width: number; readonly height: number; readonly data: Uint8ClampedArray }>;
  }

  /** All top-level images, opened but not decoded. */
  export const all: (input: { buffer: Uint8Array }) => Promise<readonly HeicImage[] & { dispose(): void }>;
}
