import { quotaRoutes, type OutputFormat } from '@flux-context/contracts';
import { useClient, type Client } from '@flux-context/ui';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Editor } from '../canvas/editor.js';
import type { Picture } from '../canvas/picture.js';
import { pictureAt, type Timeline } from '../canvas/timeline.js';
import { formOf, requestFor } from './request.js';
import { runEdit } from './run-edit.js';
import { asFormat, download } from './save.js';

export interface Saving {
  /** Undefined until the person chooses; then the source's own. */
  readonly format: OutputFormat | undefined;
  readonly quality: number;
  readonly busy: boolean;
  readonly error: Error | null;
  readonly choose: (format: OutputFormat) => void;
  readonly setQuality: (quality: number) => void;
  readonly save: (format: OutputFormat) => void;
}

/** A plan that changes nothing: the way to have the appliance write another format. */
const asItIs = { version: 1 as const, operations: [{ op: 'resize' as const, to: { kind: 'scale' as const, factor: 1 } }] };

/** Whether the appliance has to write this format, by an edit that changes nothing: no browser writes AVIF. */
export const costsAnEdit = (picture: Picture, format: OutputFormat): boolean => format === 'avif' && picture.blob.type !== 'image/avif';

async function writtenThere(client: Client, timeline: Timeline, quality: number): Promise<Blob> {
  const chained = requestFor(timeline, { instruction: '', understanding: { kind: 'plan', plan: asItIs, chips: [] }, references: [] });
  const request = 'plan' in chained.say ? chained : { ...chained, say: { plan: asItIs } };
  const { picture } = await runEdit(client, formOf(request, { format: 'avif', quality }), request.idempotencyKey, { signal: new AbortController().signal, onProgress: () => undefined });
  return picture;
}

/**
 * Saves the picture on the canvas. Results are lossless PNG, and PNG is saved byte for byte, as is a picture that was not
 * edited yet; JPEG and WebP are written by the browser; AVIF by the appliance.
 */
export function useSaving(editor: Editor, onSaved: () => void): Saving {
  const client = useClient();
  const queries = useQueryClient();
  const [format, choose] = useState<OutputFormat>();
  const [quality, setQuality] = useState(90);
  const saving = useMutation({
    mutationFn: async (wanted: OutputFormat) => {
      const { timeline } = editor.read();
      if (timeline === undefined) return;
      const picture = pictureAt(timeline, timeline.at);
      const untouched = timeline.at === 0 && picture.blob.type === `image/${wanted}`;
      const blob = untouched ? picture.blob : costsAnEdit(picture, wanted) ? await writtenThere(client, timeline, quality) : await asFormat(picture, wanted, quality);
      if (blob === undefined) throw new Error('This browser cannot write that format.');
      download(blob, wanted);
    },
    onSuccess: onSaved,
    onSettled: () => queries.invalidateQueries({ queryKey: [quotaRoutes.balance.id] }),
  });
  return { format, quality, busy: saving.isPending, error: saving.error, choose, setQuality, save: saving.mutate };
}
