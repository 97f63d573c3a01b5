import { auditRoutes } from './audit-log.js';
import { editRoutes, limitsRoute } from './edits.js';
import { apiKeyRoutes, personRoutes, sessionRoutes } from './people.js';
import { entitlementRoutes, quotaRoutes } from './quotas.js';
import { receiptRoutes } from './receipts.js';
import type { Route } from './routes.js';

/** Every door of the API. Each has exactly one handler, and the OpenAPI document lists them in this order. */
export const allRoutes: readonly Route[] = [
  ...Object.values(editRoutes),
  limitsRoute,
  ...Object.values(receiptRoutes),
  ...Object.values(quotaRoutes),
  ...Object.values(entitlementRoutes),
  ...Object.values(personRoutes),
  ...Object.values(sessionRoutes),
  ...Object.values(apiKeyRoutes),
  ...Object.values(auditRoutes),
];
