/**
 * Sealed bytes in memory, under a byte budget and a deadline, and the internal listener through which workers and other API
 * processes reach them. It must not open anything, write anything or know what an edit is.
 */
export { ParcelStore, type Claim } from './parcel-store.js';
export { InternalListener, readJson, type InternalCall } from './internal-listener.js';
