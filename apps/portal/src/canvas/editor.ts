import type { Action } from './actions.js';
import { after, emptyEditor, heldPictures, type EditorState } from './editor-state.js';

/** The editor's state and who looks at it. Lets go of pictures as soon as no state can show them again. */
export class Editor {
  #state = emptyEditor;
  readonly #watchers = new Set<() => void>();
  readonly #release: (url: string) => void;

  constructor(release: (url: string) => void = (url) => URL.revokeObjectURL(url)) {
    this.#release = release;
  }

  readonly read = (): EditorState => this.#state;

  readonly act = (action: Action): void => {
    const before = this.#state;
    this.#state = after(before, action);
    if (this.#state === before) return;
    const held = new Set(heldPictures(this.#state).map((picture) => picture.url));
    for (const { url } of heldPictures(before)) if (!held.has(url)) this.#release(url);
    for (const watcher of this.#watchers) watcher();
  };

  /** Calls the watcher after every change until the returned function is called. */
  readonly watch = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  };
}
