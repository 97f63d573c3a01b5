/**
 * People, their roles and their seats. `deactivate` ends everything a leaver has: sessions and keys look the person up on each
 * request, and others hear of it by `onDeactivated`. Who becomes an owner is let in anew: `onOwner`. `erase` removes what he was called, here and beside the log. It knows nothing of how somebody signs in.
 */
export { SeatsModule } from './seats.module.js';
export { type Administrator, SeatService } from './seat.service.js';
