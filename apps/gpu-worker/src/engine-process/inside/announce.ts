import { referencesMax } from '@flux-context/contracts';
import type { BundleManifest } from '@flux-context/diffusion';
import type { LoadedModel } from '../frames.js';

/** A picture that is stretched to a listed size beyond this would not be recognised. */
const stretchedAspectMax = 8;

/** What the worker announces of a bundle, as its manifest says it. */
export function loadedModelOf({ id, family, licence, image, pipelines }: BundleManifest): LoadedModel {
  const { fit } = image;
  return {
    id, family, fit,
    pixelsMax: fit.kind === 'area-cap-centre-crop' ? fit.maxArea : Math.max(...fit.sizes.map(([width, height]) => width * height)),
    inpaints: pipelines.includes('inpaint'),
    licence: { id: licence.id, name: licence.name, requiresAcceptance: licence.requiresAcceptance },
    limits: {
      sideMin: fit.kind === 'area-cap-centre-crop' ? fit.minSide : fit.multiple,
      aspectMax: fit.kind === 'area-cap-centre-crop' ? fit.maxAspect : stretchedAspectMax,
      // The first of them is the picture itself.
      referencesMax: Math.min(image.maxReferences - 1, referencesMax),
    },
  };
}
