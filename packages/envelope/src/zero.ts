/** Overwrites secrets or pixels as soon as they are not needed. Copies that a runtime made elsewhere are out of its reach. */
export function zero(...buffers: Uint8Array[]): void {
  for (const buffer of buffers) buffer.fill(0);
}
