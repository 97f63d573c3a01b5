import type { EditOptions, Principal, SourceFormat } from '@flux-context/contracts';
import type { Plan } from '@flux-context/instructions';
import type { Claim } from '../parcels/index.js';

/** A request as it stands in memory after the upload was read; its buffers are overwritten once they are sealed or refused. */
export interface EditRequest {
  readonly principal: Principal;
  readonly image: Uint8Array;
  readonly source: SourceFormat;
  readonly size: { readonly width: number; readonly height: number } | undefined;
  /** True when a PNG source has 16 bits a channel: its answer may need twice the room. */
  readonly deep: boolean;
  readonly mask: Uint8Array | undefined;
  readonly references: readonly Uint8Array[];
  readonly instruction: string | undefined;
  readonly plan: Plan | undefined;
  readonly options: EditOptions;
  readonly idempotencyKey: string | undefined;
  readonly async: boolean;
  /** The claim on the parcels' budget under which the upload was read. */
  readonly claim: Claim;
  readonly receivedMs: number;
}

/** The plain parts in the order in which they are sealed. */
export function filesOf(request: EditRequest): { name: string; bytes: Uint8Array }[] {
  return [
    { name: 'image', bytes: request.image },
    ...(request.mask ? [{ name: 'mask', bytes: request.mask }] : []),
    ...request.references.map((bytes, index) => ({ name: `reference.${index}`, bytes })),
  ];
}

export function forget(request: EditRequest): void {
  for (const file of filesOf(request)) file.bytes.fill(0);
}
