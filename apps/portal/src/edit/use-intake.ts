import type { Limits } from '@flux-context/contracts';
import { ProblemError } from '@flux-context/ui';
import { useEffect, useState } from 'react';
import type { Editor } from '../canvas/editor.js';
import type { Optimised } from './optimise.js';
import { filesIn, IntakeError, takeIn, type Intake } from './intake.js';

export interface Door {
  readonly reading: boolean;
  readonly refusal: string | undefined;
  /** What the last picture that was opened went through. */
  readonly intake: Intake | undefined;
  readonly over: boolean;
  readonly open: (file: Blob) => void;
  readonly addReference: (file: Blob) => void;
  readonly dismiss: () => void;
  /** What was done to the last picture, until it was read. */
  readonly news: Optimised | undefined;
  readonly readNews: () => void;
}

/**
 * Lets pictures in: chosen, dropped anywhere on the page, or pasted; also before the limits are known, for which it waits.
 * `mayReplace` asks before unsaved work is replaced.
 */
export function useIntake(editor: Editor, limits: () => Promise<Limits>, mayReplace: () => boolean): Door {
  const [reading, setReading] = useState(false);
  const [refusal, setRefusal] = useState<string>();
  const [intake, setIntake] = useState<Intake>();
  const [news, setNews] = useState<Optimised>();

  const read = async (file: Blob, use: (taken: Intake) => void): Promise<void> => {
    setRefusal(undefined);
    setReading(true);
    try {
      use(await takeIn(file, await limits()));
    } catch (error) {
      setRefusal(error instanceof IntakeError || error instanceof ProblemError ? error.message : 'This picture could not be read. Try another.');
    } finally {
      setReading(false);
    }
  };
  const open = (file: Blob): void => {
    if (reading || !mayReplace()) return;
    void read(file, (taken) => {
      setIntake(taken);
      setNews(taken.optimised);
      editor.act({ do: 'open', picture: taken.picture });
    });
  };
  const addReference = (file: Blob): void =>
    void read(file, (taken) => {
      setNews(taken.optimised);
      editor.act({ do: 'add reference', picture: taken.picture });
    });
  const over = useFilesOnPage(open);
  return { reading, refusal, intake, over, open, addReference, dismiss: () => setRefusal(undefined), news, readNews: () => setNews(undefined) };
}

/** Files dropped or pasted anywhere on the page; tells whether some hover above it. */
function useFilesOnPage(open: (file: Blob) => void): boolean {
  const [over, setOver] = useState(false);
  useEffect(() => {
    const stop = new AbortController();
    const listen = <K extends keyof DocumentEventMap>(type: K, listener: (event: DocumentEventMap[K]) => void): void => document.addEventListener(type, listener, { signal: stop.signal });
    const first = (data: DataTransfer | null): void => {
      const file = filesIn(data)[0];
      if (file !== undefined) open(file);
    };
    listen('dragover', (event) => {
      event.preventDefault();
      setOver(true);
    });
    listen('dragleave', (event) => event.relatedTarget === null && setOver(false));
    listen('drop', (event) => {
      event.preventDefault();
      setOver(false);
      first(event.dataTransfer);
    });
    listen('paste', (event) => first(event.clipboardData));
    return () => stop.abort();
  }, [open]);
  return over;
}

