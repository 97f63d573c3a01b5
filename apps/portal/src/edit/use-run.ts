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
import { remarkOn, type Remark } from './remark.js';
import { troubleOf, type Trouble } from './trouble.js';

export interface Run {
  readonly progress: Progress | undefined;
  readonly trouble: Trouble | undefined;
  /** What is worth saying of an edit that went well. */
  readonly remark: Remark | undefined;
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

/** The turn that shows what came back. Throws where the browser cannot show it. */
async function turnOf(wish: Wish, request: EditRequest, { picture: blob, model, editId, receiptNonce }: Edited): Promise<Turn> {
  const shown = await readPicture(blob, false);
  if (shown === undefined) throw new Error('the result cannot be shown');
  const plan = replayable(wish);
  const labels = wish.understanding?.kind === 'plan' ? wish.understanding.chips.map((chip) => chip.label) : [];
  if (model !== undefined) labels.push(`${model.id}, ${model.licence}`);
  const picture = { blob, url: shown.url, width: shown.width, height: shown.height };
  return { id: request.idempotencyKey, instruction: wish.instruction, labels, picture, edit: { id: editId, receiptNonce, sent: request.image }, ...(plan === undefined ? {} : { replay: plan }) };
}

/** A remark is about one turn, and goes with it. */
function useRemark() {
  const { state } = useEditor();
  const [remarked, setRemarked] = useState<{ readonly remark: Remark | undefined; readonly turn: string }>();
  const remark = state.timeline?.turns[state.timeline.at - 1]?.id === remarked?.turn ? remarked?.remark : undefined;
  return { remark, setRemarked };
}

/** Runs one edit at a time and lays its picture on the canvas. */
export function useRun(tell: { done: (seconds: number, remark: Remark | undefined) => void; cancelled: () => void; failed: (trouble: Trouble) => void }): Run {
  const client = useClient();
  const queries = useQueryClient();
  const [progress, setProgress] = useState<Progress>();
  const { state, editor } = useEditor();
  const original = state.timeline?.original;
  const [failed, setFailed] = useState<{ readonly trouble: Trouble; readonly about: Picture | undefined }>();
  /** What went wrong with one picture says nothing about the next. */
  const trouble = failed?.about === original ? failed?.trouble : undefined;
  const { remark, setRemarked } = useRemark();
  const errand = useRef<Errand>(undefined);
  const stop = useRef<AbortController>(undefined);

  const forget = (): void => {
    setFailed(undefined);
    setRemarked(undefined);
  };
  const run = async ({ wish, done, request }: Errand): Promise<void> => {
    const controller = new AbortController();
    const startedAt = performance.now();
    stop.current = controller;
    errand.current = { wish, done, request };
    forget();
    const about = editor.read().timeline?.original;
    setProgress({ phase: 'sending', part: 0 });
    try {
      const edited = await runEdit(client, formOf(request), request.idempotencyKey, { signal: controller.signal, onProgress: setProgress });
      editor.act({ do: 'add turn', turn: await turnOf(wish, request, edited) });
      const found = remarkOn(edited.changedShare);
      setRemarked({ remark: found, turn: request.idempotencyKey });
      done();
      tell.done((performance.now() - startedAt) / 1_000, found);
    } catch (error) {
      if (controller.signal.aborted) return tell.cancelled();
      const found = troubleOf(error);
      setFailed({ trouble: found, about });
      tell.failed(found);
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
  return { progress, trouble, remark, start: begin, again, cancel: () => stop.current?.abort(), dismiss: forget };
}
