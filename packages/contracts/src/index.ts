/**
 * What the parts of the appliance agree on: routes, permissions, audit events, error codes, the ticket and the words of the
 * internal listener. Zod schemas and types only. It must not do anything: no I/O, no Node, so that the browser can use it too.
 */
export * from './all-routes.js';
export * from './audit.js';
export * from './audit-log.js';
export * from './edits.js';
export * from './errors.js';
export * from './ids.js';
export * from './people.js';
export * from './permissions.js';
export * from './principal.js';
export * from './problem.js';
export * from './quotas.js';
export * from './receipts.js';
export * from './routes.js';
export * from './sniff.js';
export * from './ticket.js';
