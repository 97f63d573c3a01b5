/**
 * The product: accept and route an edit, seal and dispatch it, await it, settle it, answer it, erase it. An edit walks
 * forward through these files in that order: router, acceptance, dispatch, settlement, delivery. It must not see pixels.
 */
export { EditsModule } from './edits.module.js';
