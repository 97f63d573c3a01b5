import type { Secret } from '@flux-context/runtime';
import { receiptHash, type ReceiptBody, signReceipt } from '@flux-context/tree';
import { NoteSigner, sha256 } from '../audit/index.js';

/** Signs receipts with a key of their own, so that the log's key signs checkpoints and nothing else. */
export class ReceiptSigner {
  readonly #signer: NoteSigner;

  /** `log` is the name of the audit log. */
  constructor(
    readonly log: string,
    seed: Secret,
  ) {
    this.#signer = new NoteSigner(`${log}/receipts`, seed);
  }

  get verifierKey(): string {
    return this.#signer.verifierKey;
  }

  /** The signature line, and the SHA-256 of what was signed. */
  sign(receipt: ReceiptBody): { signature: string; hash: string } {
    return { signature: signReceipt(sha256, receipt, this.#signer.key, this.#signer.sign), hash: receiptHash(sha256, receipt) };
  }
}
