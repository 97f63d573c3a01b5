import { useEffect, useRef } from 'react';
import type { Editor } from './canvas/editor.js';
import { effectOf } from './shortcuts.js';

interface Keys {
  readonly busy: boolean;
  readonly write: () => void;
  readonly showShortcuts: () => void;
  readonly save: () => void;
  readonly cancel: () => void;
}

/** A field keeps its keys, except that saving works from everywhere, and undoing an edit from a sentence that has nothing to undo. */
function isTyping(target: Element | undefined, press: KeyboardEvent): boolean {
  if (target?.closest(own) == null) return false;
  if (!(target instanceof HTMLTextAreaElement) || !(press.ctrlKey || press.metaKey)) return true;
  return press.key !== 's' && target.value !== '';
}

/** Where keys belong to the thing that has the focus: fields, sliders, menus and drawers. */
const own = 'input, textarea, select, [role="slider"], [role="menu"], [role="dialog"], [role="radiogroup"]';

/** Lets the keys of the page act on the editor. While an edit runs, only Escape and the view listen. */
export function useKeys(editor: Editor, keys: Keys): void {
  const latest = useRef(keys);
  useEffect(() => void (latest.current = keys));
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      const { busy, cancel, write, showShortcuts, save } = latest.current;
      const target = event.target instanceof Element ? event.target : undefined;
      if (event.key === 'Escape' && busy && target?.closest('[role="dialog"], [role="menu"]') == null) return cancel();
      if (event.defaultPrevented || isTyping(target, event)) return;
      const effect = effectOf(event, editor.read());
      if (effect === undefined) return;
      const views = effect.do === 'zoom' || effect.do === 'pan' || effect.do === 'fit' || effect.do === 'show at' || effect.do === 'compare';
      if (busy && !views) return;
      event.preventDefault();
      if (effect.do === 'write') write();
      else if (effect.do === 'show shortcuts') showShortcuts();
      else if (effect.do === 'save') save();
      else editor.act(effect);
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, [editor]);
}
