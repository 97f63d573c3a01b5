/** API keys: issued once, stored hashed, recognised on each request. A key never allows more than its person may at that moment. */
export { ApiKeysModule } from './api-keys.module.js';
