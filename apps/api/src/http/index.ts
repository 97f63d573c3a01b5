/**
 * The doors of the API: who may enter, what goes in, how an answer or an error goes out. The only place that knows Express.
 * It knows no room: rooms bring controllers, principal sources and readiness checks.
 */
export { Answer, BytesAnswer, EventsAnswer } from './answers.js';
export { createApp } from './create-app.js';
export { Caller, Door, HangUp, Input, type InputOf, Upload } from './door.js';
export { HttpModule } from './http.module.js';
export { type Credentials, type PrincipalSource, PrincipalSources } from './principal-sources.js';
export { Readiness } from './readiness.js';
export { RequestRates } from './request-rates.js';
export type { UploadForm } from './upload.js';
