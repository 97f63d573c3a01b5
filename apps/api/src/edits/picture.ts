/** An edited picture on its way out. `sent` is told once how that ended, where this process holds it. */
export interface Picture {
  readonly editId: string;
  readonly contentType: string;
  /** For the owner, who alone can tie the receipt to his files. */
  readonly receiptNonce: string;
  readonly bytes: AsyncIterable<Uint8Array>;
  readonly sent?: (whole: boolean) => void;
}
