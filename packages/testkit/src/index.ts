/** What tests share. Imported by specs only; it must never be a dependency of anything that runs. */
export { type Template, type TestDatabase, testDatabase } from './database.js';
export { byteNeedles, Canary, type Hit, type Needle, type Place, textNeedles } from './canary.js';
export { listeningPorts } from './listening.js';
