import type { Picture, Point, Size } from './picture.js';
import type { Turn } from './timeline.js';
import type { Insets } from './viewport.js';

export type ToolName = 'hand' | 'brush';

/** Everything that can happen to the editor, as data: buttons, keys and tools all speak these words. */
export type Action =
  | { readonly do: 'open'; readonly picture: Picture }
  | { readonly do: 'close' }
  | { readonly do: 'add turn'; readonly turn: Turn }
  | { readonly do: 'undo' }
  | { readonly do: 'redo' }
  | { readonly do: 'go to'; readonly at: number }
  | { readonly do: 'measure screen'; readonly screen: Size; readonly insets: Insets }
  | { readonly do: 'fit' }
  | { readonly do: 'zoom'; readonly factor: number; readonly at?: Point }
  | { readonly do: 'show at'; readonly scale: number }
  | { readonly do: 'pan'; readonly by: Point }
  | { readonly do: 'take tool'; readonly tool: ToolName }
  | { readonly do: 'set brush'; readonly radius?: number; readonly erase?: boolean }
  | { readonly do: 'begin stroke'; readonly point: Point }
  | { readonly do: 'extend stroke'; readonly point: Point }
  | { readonly do: 'drop stroke' }
  | { readonly do: 'clear mask' }
  | { readonly do: 'compare'; readonly position: number | undefined }
  | { readonly do: 'add reference'; readonly picture: Picture }
  | { readonly do: 'remove reference'; readonly url: string };
