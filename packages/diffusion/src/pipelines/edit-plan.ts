import { DiffusionError } from '../diffusion-error.js';
import type { BundleManifest } from '../bundles/index.js';
import type { DiffusionRequest } from './pipeline.js';

/** A request with everything decided. */
export interface EditPlan {
  /** Of the result, in tokens of `patch` by `patch` pixels. */
  readonly rows: number;
  readonly columns: number;
  readonly patch: number;
  readonly steps: number;
  /** Steps before this one are left out: what is kept of the picture stands for them. */
  readonly firstStep: number;
  /** 1 and below is none. */
  readonly guidance: number;
}

const sideWithoutReference = 1024;

/**
 * Checks a request against what the bundle can do. Throws `model.too_many_references`, `model.output_too_large`, and
 * `model.unsupported_request` for the rest.
 */
export const planEdit = (request: DiffusionRequest, { image, pipelines, steps: allowed, guidance }: BundleManifest): EditPlan => {
  const { references, strength = 1, steps = allowed.default } = request;
  const patch = image.fit.multiple;
  if (references.length > image.maxReferences) throw new DiffusionError('model.too_many_references');
  const asked = request.mask ? 'inpaint' : references.length === 0 ? 'text' : references.length === 1 ? 'edit' : 'edit-multi';
  if (!pipelines.includes(asked)) throw new DiffusionError('model.unsupported_request');
  checkPictures(request, patch, image.maxOutputTokens);
  if (!Number.isInteger(steps) || steps < allowed.min || steps > allowed.max) throw new DiffusionError('model.unsupported_request');

  const [columns, rows] = [request.width ?? references[0]?.width ?? sideWithoutReference, request.height ?? references[0]?.height ?? sideWithoutReference].map((side) => Math.floor(side / patch)) as [number, number];
  if (!(rows > 0 && columns > 0)) throw new DiffusionError('model.unsupported_request');
  if (rows * columns > image.maxOutputTokens) throw new DiffusionError('model.output_too_large');
  const firstStep = Math.trunc(Math.max(steps - Math.min(steps * strength, steps), 0));
  if (firstStep >= steps) throw new DiffusionError('model.unsupported_request');
  return { rows, columns, patch, steps, firstStep, guidance: guidance.mode === 'none' ? 1 : (request.guidance ?? guidance.default) };
};

const checkPictures = ({ references, mask, strength, width, height, seed, guidance, trueGuidance }: DiffusionRequest, patch: number, tokensMax: number): void => {
  const fits = references.every((reference) => reference.width % patch === 0 && reference.height % patch === 0 && (reference.width / patch) * (reference.height / patch) <= tokensMax);
  const [picture] = references;
  const isOfPicture = (size: { readonly width: number; readonly height: number }): boolean => size.width === picture?.width && size.height === picture.height;
  const masked = !mask || (isOfPicture(mask) && isOfPicture({ width: width ?? mask.width, height: height ?? mask.height }));
  const walked = strength === undefined || (mask !== undefined && strength > 0 && strength <= 1);
  const seeded = Number.isSafeInteger(seed) && seed >= 0;
  if (!fits || !masked || !walked || !seeded || !Number.isFinite(guidance ?? 1) || !Number.isFinite(trueGuidance ?? 1)) throw new DiffusionError('model.unsupported_request');
};
