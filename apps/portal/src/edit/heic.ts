/** The pixels of a HEIC file for a browser that cannot read one; undefined when the file is damaged. */
export async function decodeHeic(file: Blob): Promise<ImageData | undefined> {
  const bytes = await file.arrayBuffer();
  const worker = new Worker(new URL('./heic.worker.ts', import.meta.url), { type: 'module', name: 'heic' });
  try {
    const decoded = await new Promise<{ width: number; height: number; data: Uint8ClampedArray<ArrayBuffer> } | undefined>((resolve) => {
      worker.addEventListener('message', ({ data }) => resolve(data as never));
      worker.addEventListener('error', () => resolve(undefined));
      worker.postMessage(bytes, [bytes]);
    });
    return decoded && new ImageData(decoded.data, decoded.width, decoded.height);
  } finally {
    worker.terminate();
  }
}
