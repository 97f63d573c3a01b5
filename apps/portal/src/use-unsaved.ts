import { useEffect, useRef } from 'react';
import type { Editor } from './canvas/editor.js';
import { currentPicture } from './canvas/editor-state.js';

export interface Unsaved {
  readonly noteSaved: () => void;
  /** True when nothing would be lost, or the person agrees to lose it by doing `what`. */
  readonly mayLose: (what: string) => boolean;
}

/** Remembers which picture was saved last, and warns before a newer one is lost by leaving the page. */
export function useUnsaved(editor: Editor): Unsaved {
  const savedUrl = useRef<string>(undefined);
  const losing = (): boolean => {
    const state = editor.read();
    return (state.timeline?.turns.length ?? 0) > 0 && currentPicture(state)?.url !== savedUrl.current;
  };
  useEffect(() => {
    const warn = (event: BeforeUnloadEvent): void => {
      if (losing()) event.preventDefault();
    };
    window.addEventListener('beforeunload', warn);
    return () => window.removeEventListener('beforeunload', warn);
  });
  return {
    noteSaved: () => void (savedUrl.current = currentPicture(editor.read())?.url),
    mayLose: (what) => !losing() || window.confirm(`The edited picture has not been saved. ${what} and forget it?`),
  };
}
