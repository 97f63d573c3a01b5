import decode from 'heic-decode';

/** Decodes one HEIC file off the page's thread. The decoder is large and is fetched only when a picture needs it. */
const inWorker = globalThis as unknown as { postMessage(message: unknown, transfer: Transferable[]): void; addEventListener(type: 'message', listener: (event: MessageEvent<ArrayBuffer>) => void): void };

inWorker.addEventListener('message', (event) => {
  decode({ buffer: new Uint8Array(event.data) }).then(
    ({ width, height, data }) => inWorker.postMessage({ width, height, data }, [data.buffer]),
    () => inWorker.postMessage(undefined, []),
  );
});
