import type { Engine, Isolation, Model } from '@flux-context/contracts';

/** What the row of an edit says when it is erased, as far as a receipt repeats it. Digests are bytes. */
export interface ErasedEdit {
  readonly id: string;
  readonly personId: string;
  readonly pool: string;
  readonly engine: Engine;
  readonly model: Model | null;
  readonly isolation: Isolation;
  readonly build: string | null;
  readonly sandboxEnded: boolean;
  /** `lost`: its holder is gone, so nobody saw the parcels overwritten. */
  readonly parcels: 'overwritten' | 'lost';
  readonly acceptedAt: Date;
  readonly settledAt: Date;
  readonly deliveredAt: Date | null;
  readonly erasedAt: Date;
  readonly inputHmac: Buffer;
  readonly outputHmac: Buffer;
}
