/** The image model that had a part in a picture, and the identifier of its licence. */
export interface Origin {
  readonly model: string;
  readonly licence: string;
}

/** IPTC NewsCodes, Digital Source Type: made from a picture and what a trained model added. */
const sourceType = 'http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia';

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string): string => text.replace(/[&<>"]/g, (character) => entities[character]!);

/**
 * An XMP packet that says so where readers look: the model as IPTC's AI System Used (Photo Metadata 2025.1), the kind of source, and the
 * licence in the rights' usage terms. Terms are a sentence, because a bare name would be taken for the licence of the picture.
 */
export const xmpOf = ({ model, licence }: Origin): string =>
  '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" ' +
  'xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" xmlns:xmpRights="http://ns.adobe.com/xap/1.0/rights/" ' +
  `Iptc4xmpExt:AISystemUsed="${escaped(model)}" Iptc4xmpExt:DigitalSourceType="${sourceType}"><xmpRights:UsageTerms><rdf:Alt>` +
  `<rdf:li xml:lang="x-default">Edited with the model ${escaped(model)}, which is licensed under ${escaped(licence)}.</rdf:li>` +
  '</rdf:Alt></xmpRights:UsageTerms></rdf:Description></rdf:RDF></x:xmpmeta>';
