import { z } from 'zod';
import { line } from './line.js';
import { defineRoute } from './routes.js';

/** A bundle's name in its manifest; also the name of its folder. */
export const modelId = z.string().regex(/^[a-z0-9][a-z0-9.-]{0,63}$/);

export const modelLicence = z
  .object({
    id: z.string().regex(/^[A-Za-z0-9.-]{1,64}$/).describe('SPDX, or `LicenseRef-…` for what SPDX does not list.'),
    name: z.string().min(1).max(200),
    requiresAcceptance: z.boolean().describe('Whether edits are refused until an administrator has recorded the commercial licence.'),
  })
  .meta({ id: 'ModelLicence' });

/** What a worker says of a model that it has loaded: as much as routing and the portal need. */
export const announcedModel = z.strictObject({
  id: modelId,
  family: z.string().max(60),
  licence: modelLicence,
  limits: z.strictObject({
    /** The least side of a picture, in pixels. */
    sideMin: z.int().min(1),
    /** The most that the longer side may be of the shorter. */
    aspectMax: z.number().min(1),
    /** Pictures beyond the edited one. */
    referencesMax: z.int().min(0),
  }),
});
export type AnnouncedModel = z.infer<typeof announcedModel>;

/** The model that made a result, and the id of the licence it is used under. */
export const model = z.strictObject({ id: modelId, licence: modelLicence.shape.id }).meta({ id: 'Model' });
export type Model = z.infer<typeof model>;

export const modelState = z
  .object({
    id: modelId,
    family: z.string(),
    licence: modelLicence,
    pools: z.array(z.string()).describe('Pools whose workers all have it loaded.'),
    withheldBy: z.array(z.string()).describe('Pools that do not offer it, because only some of their workers have it, or under different licences.'),
    usable: z.boolean().describe('False while its licence has not been recorded, or no pool offers it.'),
    acceptance: z.object({ reference: z.string(), acceptedBy: z.string(), acceptedAt: z.iso.datetime() }).optional().describe('The commercial licence that was recorded; for administrators and auditors.'),
  })
  .meta({ id: 'ModelState' });
export type ModelState = z.infer<typeof modelState>;

const modelParams = z.object({ modelId });
/** A click is not a licence: what is recorded is where the signed one is found. */
const licenceReference = z.strictObject({ reference: line(200, 3) }).meta({ id: 'LicenceReference' });

export const modelRoutes = {
  list: defineRoute({
    id: 'listModels', method: 'GET', path: '/v1/models', tag: 'Models', summary: 'Image models that are loaded',
    access: { allow: 'model:read' },
    responses: { 200: { description: 'By id.', schema: z.object({ models: z.array(modelState) }).meta({ id: 'Models' }) } }, errors: [],
  }),
  acceptLicence: defineRoute({
    id: 'acceptModelLicence', method: 'PUT', path: '/v1/admin/models/{modelId}/licence', tag: 'Models', summary: 'Record the commercial licence of a model',
    description: 'Opens a model that may not be used commercially without a licence. The reference, such as the number of the contract, is kept and audited.',
    access: { allow: 'model:accept_licence' }, params: modelParams, body: { contentType: 'application/json', schema: licenceReference },
    responses: { 200: { description: 'Recorded.', schema: modelState } }, errors: ['model.not_found', 'model.licence_not_needed'],
  }),
  withdrawLicence: defineRoute({
    id: 'withdrawModelLicence', method: 'DELETE', path: '/v1/admin/models/{modelId}/licence', tag: 'Models', summary: 'Close a model again: its licence has ended',
    access: { allow: 'model:accept_licence' }, params: modelParams,
    responses: { 204: { description: 'Closed, if it was open.' } }, errors: [],
  }),
};
