import { readSmall } from './inside.js';
import type { Licence } from './manifest.js';

const textNames = ['LICENSE.md', 'LICENSE', 'LICENSE.txt', 'LICENCE.md', 'LICENCE', 'LICENCE.txt'];
const textBytesMax = 2 ** 20;

type Terms = Omit<Licence, 'file'>;
export const apache: Terms = { id: 'Apache-2.0', name: 'Apache License 2.0', requiresAcceptance: false };
export const fluxNonCommercial: Terms = { id: 'LicenseRef-FLUX-Non-Commercial-2.1', name: 'FLUX Non-Commercial License v2.1', requiresAcceptance: true };
export const flux1DevNonCommercial: Terms = { id: 'LicenseRef-FLUX.1-dev-Non-Commercial', name: 'FLUX.1 [dev] Non-Commercial License', requiresAcceptance: true };
const unread: Terms = { id: 'LicenseRef-publisher', name: "The publisher's own licence", requiresAcceptance: true };

/** A title, as a text or as Markdown: other licences name Apache's too, for a part of what they are about. */
const apacheTitle = /^[\s#*]*Apache License,?\s+Version 2\.0\b/i;

function recognise(text: string): Terms {
  return apacheTitle.test(text) && !/non[\s-]?commercial/i.test(text) ? apache : unread;
}

/**
 * The licence of a model folder. `published` is what the family's table knows of models of this shape; the text in the folder can
 * only make that stricter, as for a model that somebody trained further. Of other shapes the text alone decides. What nobody
 * recognises needs an administrator.
 */
export async function readLicence(folder: string, published: Terms | undefined): Promise<Licence> {
  for (const file of textNames) {
    const bytes = await readSmall(folder, file, textBytesMax);
    if (!bytes) continue;
    const written = recognise(bytes.toString('utf8'));
    return { ...(published && (published.requiresAcceptance || !written.requiresAcceptance) ? published : written), file };
  }
  return { ...(published ?? unread), file: null };
}
