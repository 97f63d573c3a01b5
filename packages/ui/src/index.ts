/**
 * What the portal and the dashboard have in common: the typed client of the API, the theme and a few small parts.
 * It must not know a page, keep state of its own or hold content longer than a call.
 */
export { adoptTheme, theme, themeCss } from './theme.js';
export { Appliance, useClient } from './appliance.js';
export { addressOf, createClient, ownRequestHeader, type Client } from './client.js';
export { CopyField } from './copy-field.js';
export { Logo } from './logo.js';
export { ProblemError, type TransportCode } from './problem-error.js';
export type { InputOf, OutputOf } from './route-types.js';
export { readEvents, type ServerEvent } from './server-events.js';
export { bytesInWords, countInWords, dateInWords, sizeInWords, waitInWords } from './words.js';
export type { UploadAnswer, UploadOptions } from './upload.js';
