import type { Limits } from '@flux-context/contracts';
import { understand, type Understanding } from '@flux-context/instructions';
import { useEffect, useMemo, useRef, useState, type RefObject } from 'react';
import { useEditor } from '../canvas/editor-context.js';
import { currentPicture } from '../canvas/editor-state.js';
import { marksSomething, maskPng } from '../canvas/mask.js';
import { Chips, understandingInWords } from './chips.js';
import { EngineChoice, useEngine } from './engine-choice.js';
import { RunCards } from './run-card.js';
import { Sentence } from './sentence.js';
import { isTooLong } from './sentence-parts.js';
import type { Run } from './use-run.js';

interface ComposerProps {
  readonly run: Run;
  readonly limits: Limits | undefined;
  readonly field: RefObject<HTMLTextAreaElement | null>;
  /** Told how many screen pixels of the desk are covered, so that the picture can make room. */
  readonly onHeight: (height: number) => void;
}

/** The same understanding as the API's, made anew with each key: it takes some milliseconds, and what is sent is what was shown. */
function useUnderstanding(text: string): Understanding | undefined {
  const { state } = useEditor();
  const mask = marksSomething(state.strokes);
  const references = state.references.length;
  return useMemo(() => (text.trim() === '' || isTooLong(text) ? undefined : understand(text, { mask, references })), [text, mask, references]);
}

/** Tells the height of the element with this ref, now and whenever it changes. */
function useHeight(onHeight: (height: number) => void): RefObject<HTMLDivElement | null> {
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = ref.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(() => onHeight(element.offsetHeight));
    observer.observe(element);
    return () => observer.disconnect();
  }, [onHeight]);
  return ref;
}

/** The bar at the foot of the canvas: what is wished, what will happen, what is happening. */
export function Composer({ run, limits, field, onHeight }: ComposerProps) {
  const { state, editor } = useEditor();
  const [text, setText] = useState('');
  const understanding = useUnderstanding(text);
  const { chosen, model, choose: chooseEngine } = useEngine(limits);
  const busy = run.progress !== undefined;
  /** The model that these words go to; undefined where the exact engine takes them, or nobody. */
  const byModel = understanding !== undefined && (chosen.engine === 'diffusion' || (chosen.engine === 'auto' && understanding.kind !== 'plan')) ? model : undefined;
  const possible = byModel !== undefined || understanding?.kind === 'plan';

  const send = async (): Promise<void> => {
    const picture = currentPicture(editor.read());
    if (picture === undefined || understanding === undefined) return;
    const { strokes, references } = editor.read();
    const mask = marksSomething(strokes) ? await maskPng(strokes, picture) : undefined;
    const instruction = text.trim();
    run.start({ instruction, understanding: chosen.engine === 'diffusion' ? undefined : understanding, options: chosen, references, ...(mask === undefined ? {} : { mask }) }, () => setText((now) => (now.trim() === instruction ? '' : now)));
  };
  const bar = useHeight(onHeight);
  useEffect(() => {
    if (window.matchMedia('(pointer: fine)').matches) field.current?.focus();
  }, [field]);
  const choose = (sentence: string): void => {
    setText(sentence);
    field.current?.focus();
  };
  return (
    <div className="composer" ref={bar}>
      <RunCards run={run} />
      <div className="composer-bar" data-dim={busy}>
        <Sentence text={text} understanding={byModel === undefined ? understanding : undefined} busy={busy} ready={possible && !busy && state.timeline !== undefined} field={field} onChange={setText} onSend={() => void send()} />
        <div className="composer-foot">
          <div id="sentence-help">
            <Chips text={text} understanding={understanding} model={byModel} exactOnly={limits?.models.length === 0} onChoose={choose} onPoint={({ span }) => (field.current?.focus(), field.current?.setSelectionRange(span.start, span.end))} />
          </div>
          {limits !== undefined && limits.models.length > 0 && <EngineChoice models={limits.models} chosen={chosen} onChoose={chooseEngine} />}
        </div>
      </div>
      <output className="for-ears">
        {understandingInWords(text, understanding, byModel)}
      </output>
    </div>
  );
}
