/**
 * The quota ledger: what was given, what is reserved, what was used, each unit explained by an entry. It decides who pays
 * and nothing else: it does not know what an edit is, only its id. Balances change by its statements alone, so there are no
 * entities: the migration `quotas` is the picture of the tables.
 */
export { AllowanceService } from './allowance.service.js';
export { QuotaKeeper } from './quota.keeper.js';
export { QuotaService } from './quota.service.js';
export { QuotasModule } from './quotas.module.js';
