/**
 * What every Node app of the appliance needs: configuration, secrets, logger, coded errors, metrics, shutdown.
 * It knows no room and no route, opens nothing on its own and never reads the environment by itself.
 */
export * from './closed-prototypes.js';
export * from './coded-error.js';
export * from './config.js';
export * from './free-port.js';
export * from './logger.js';
export * from './metrics.js';
export * from './private-memory.js';
export * from './secret.js';
export * from './server-limits.js';
export * from './shutdown.js';
