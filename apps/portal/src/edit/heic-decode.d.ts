declare module 'heic-decode' {
  /** RGBA, 8 bits, turned upright. Rejects when the file is no HEIC or is damaged. */
  export default function decode(file: { buffer: Uint8Array }): Promise<{ width: number; height: number; data: Uint8ClampedArray<ArrayBuffer> }>;
}
