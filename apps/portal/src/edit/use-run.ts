import { newId, quotaRoutes } from '@flux-context/contracts';
import { useClient } from '@flux-context/ui';
import { useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { useEditor } from '../canvas/editor-context.js';
import type { Picture } from '../canvas/picture.js';
import type { Turn } from '../canvas/timeline.js';
import { readPicture } from './pixels.js';
import { formOf, replayable, requestFor, type EditRequest, type Wish } from './request.js';
import { runEdit, type Edited, type Progress } from './run-edit.js';
import { troubleOf, type Trouble } from './trouble.js';

export interface Run {
  readonly progress: Progress | undefined;
  readonly trouble: Trouble | undefined;
  /** The image model gave the picture back as it was. */
  readonly unchanged: boolean;
  /** `done` is called when the picture of this wish lies on the canvas. */
  readonly start: (wish: Wish, done: () => void) => void;
  readonly again: () => void;
  readonly cancel: () => void;
  readonly dismiss: () => void;
}

interface Errand {
  readonly wish: Wish;
  readonly done: () => void;
  readonly request: EditRequest;
}

/** The step that an edit adds to the chain. */
async function turnOf({ picture: blob, model, editId, receiptNonce }: Edited, wish: Wish, { idempotencyKey, image }: EditRequest): Promise<Turn> {
  const shown = await readPicture(blob, false);
  if (shown === undefined) throw new Error('the result cannot be shown');
  const plan = replayable(wish);
  const labels = wish.understanding?.kind === 'plan' ? wish.understanding.chips.map((chip) => chip.label) : [];
  if (model !== undefined) labels.push(`${model.id}, ${model.licence}`);
  const picture = { blob, url: shown.url, width: shown.width, height: shown.height };
  return { id: idempotencyKey, instruction: wish.instruction, labels, picture, edit: { id: editId, receiptNonce, sent: image }, ...(plan === undefined ? {} : { replay: plan }) };
}

/** Runs one edit at a time and lays its picture on the canvas. */
export function useRun(tell: { done: (seconds: number) => void; cancelled: () => void; failed: (trouble: Trouble) => void }): Run {
  const client = useClient();
  const queries = useQueryClient();
  const [progress, setProgress] = useState<Progress>();
  const { state, editor } = useEditor();
  const original = state.timeline?.original;
  const [told, setTold] = useState<{ readonly found: Trouble | 'unchanged'; readonly about: Picture | undefined }>();
  /** What there is to say of one picture says nothing about the next. */
  const found = told?.about === original ? told?.found : undefined;
  const trouble = found === 'unchanged' ? undefined : found;
  const errand = useRef<Errand>(undefined);
  const stop = useRef<AbortController>(undefined);

  const run = async ({ wish, done, request }: Errand): Promise<void> => {
    const controller = new AbortController();
    const startedAt = performance.now();
    stop.current = controller;
    errand.current = { wish, done, request };
    setTold(undefined);
    const about = editor.read().timeline?.original;
    setProgress({ phase: 'sending', part: 0 });
    try {
      const edited = await runEdit(client, formOf(request), request.idempotencyKey, { signal: controller.signal, onProgress: setProgress });
      editor.act({ do: 'add turn', turn: await turnOf(edited, wish, request) });
      done();
      if (edited.unchanged) setTold({ found: 'unchanged', about });
      tell.done((performance.now() - startedAt) / 1_000);
    } catch (error) {
      if (controller.signal.aborted) return tell.cancelled();
      const failure = troubleOf(error);
      setTold({ found: failure, about });
      tell.failed(failure);
    } finally {
      setProgress(undefined);
      void queries.invalidateQueries({ queryKey: [quotaRoutes.balance.id] });
    }
  };

  const begin = (wish: Wish, done: () => void): void => {
    const { timeline } = editor.read();
    if (timeline !== undefined) void run({ wish, done, request: requestFor(timeline, wish) });
  };
  const again = (): void => {
    const last = errand.current;
    if (last === undefined) return;
    void run(trouble?.again?.sameKey === true ? last : { ...last, request: { ...last.request, idempotencyKey: newId('request') } });
  };
  return { progress, trouble, unchanged: found === 'unchanged', start: begin, again, cancel: () => stop.current?.abort(), dismiss: () => setTold(undefined) };
}
