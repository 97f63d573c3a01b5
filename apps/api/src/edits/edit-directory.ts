import { Injectable } from '@nestjs/common';
import type { Principal } from '@flux-context/contracts';
import { CodedError } from '@flux-context/runtime';
import { EditRepository } from './edit.repository.js';
import type { EditRow } from './edit.entity.js';
import { HeldEdits } from './held-edits.js';
import { HolderRepository } from './holder.repository.js';
import type { RunningEdit } from './running-edit.js';

/** Where an edit is: held by this process, by another one, or nowhere any more. */
export type Found =
  | { readonly kind: 'here'; readonly edit: RunningEdit }
  | { readonly kind: 'elsewhere'; readonly editId: string; readonly holderUrl: string }
  | { readonly kind: 'over'; readonly row: EditRow };

/** Finds an edit for its owner. To everybody else it does not exist. */
@Injectable()
export class EditDirectory {
  constructor(
    private readonly held: HeldEdits,
    private readonly edits: EditRepository,
    private readonly holders: HolderRepository,
  ) {}

  async find(principal: Principal, editId: string): Promise<Found> {
    const edit = await this.held.find(editId);
    if (edit) {
      if (edit.accepted.personId !== principal.personId) throw new CodedError('edit.not_found');
      return { kind: 'here', edit };
    }
    const row = await this.edits.find(editId);
    if (!row || row.personId !== principal.personId) throw new CodedError('edit.not_found');
    if (row.erasedAt) return { kind: 'over', row };
    const holderUrl = await this.holders.addressOf(row.holderId);
    if (holderUrl === undefined) throw new CodedError('edit.holder_lost', { editId, retryAfterSeconds: 10 });
    return { kind: 'elsewhere', editId, holderUrl };
  }
}
