import { type Balance, type Principal, quotaRoutes } from '@flux-context/contracts';
import { Controller } from '@nestjs/common';
import { Caller, Door, Input, type InputOf } from '../http/index.js';
import type { AccountSummary, EntryPage } from './ledger.repository.js';
import { QuotaService } from './quota.service.js';

@Controller()
export class QuotasController {
  constructor(private readonly quotas: QuotaService) {}

  @Door(quotaRoutes.balance)
  balance(@Caller() caller: Principal): Promise<Balance> {
    return this.quotas.balanceOf(caller.personId);
  }

  @Door(quotaRoutes.accounts)
  async accounts(): Promise<{ accounts: AccountSummary[] }> {
    return { accounts: await this.quotas.accounts() };
  }

  @Door(quotaRoutes.entries)
  entries(@Input() { params, query }: InputOf<typeof quotaRoutes.entries>): Promise<EntryPage> {
    return this.quotas.entries(params.accountId, query);
  }
}
