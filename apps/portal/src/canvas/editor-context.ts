import { createContext, use, useSyncExternalStore } from 'react';
import type { Action } from './actions.js';
import type { Editor } from './editor.js';
import type { EditorState } from './editor-state.js';

export const EditorContext = createContext<Editor | undefined>(undefined);

/** The editor's state, drawn again when it changes, and the way to act on it. */
export function useEditor(): { readonly state: EditorState; readonly act: (action: Action) => void; readonly editor: Editor } {
  const editor = use(EditorContext);
  if (editor === undefined) throw new Error('useEditor needs an EditorContext around it');
  return { state: useSyncExternalStore(editor.watch, editor.read), act: editor.act, editor };
}
