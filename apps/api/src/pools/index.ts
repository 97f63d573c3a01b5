/**
 * Pools: their credentials, the workers registered in them, what they can do and the public key their edits are sealed to.
 * It must not know edits or parcels.
 */
export { PoolsModule } from './pools.module.js';
export { PoolService } from './pool.service.js';
export type { PoolState } from './pool-registry.js';
