/** Where a pool's workers keep the key pairs of their epochs. Files here; a key service can stand in its place. */
export interface KeySource {
  /** The epoch of this moment and its public key, made when nobody made it yet. */
  current(): Promise<{ readonly epoch: string; readonly publicKey: Uint8Array }>;
  /** The private key of an epoch, for the caller to zero after use. Unknown or destroyed: `envelope.unknown_epoch`. */
  privateKey(epoch: string): Promise<Uint8Array>;
  /** Makes the epoch of that moment and destroys the keys of epochs that are over for longer than they are kept. */
  rotate(now: Date): Promise<void>;
}
