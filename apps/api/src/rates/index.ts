/**
 * How many requests a person, or an address of strangers, makes in a minute, over all API processes together. It counts and
 * tells; the guard refuses. It must not know what is asked for, and keeps no address and no name.
 */
export { RatesModule } from './rates.module.js';
