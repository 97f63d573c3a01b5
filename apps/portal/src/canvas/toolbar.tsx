import { ActionIcon, Button, Slider, Text, Tooltip } from '@mantine/core';
import { IconArrowBackUp, IconArrowForwardUp, IconBrush, IconColumns2, IconEraser, IconHandStop, IconMaximize, IconMinus, IconPlus, IconTrash } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useEditor } from './editor-context.js';
import { canRedo, canUndo } from './editor-state.js';
import { marksSomething } from './mask.js';

interface ToolProps {
  readonly label: string;
  readonly keys: string;
  readonly icon: ReactNode;
  readonly onClick: () => void;
  readonly pressed?: boolean;
  readonly disabled?: boolean;
  readonly wide?: boolean;
}

function Tool({ label, keys, icon, onClick, pressed, disabled = false, wide = false }: ToolProps) {
  return (
    <Tooltip label={`${label} · ${keys}`}>
      <ActionIcon size={36} variant={pressed === true ? 'light' : 'subtle'} color={pressed === true ? 'spruce' : 'gray'} onClick={onClick} disabled={disabled} aria-label={label} className={wide ? 'wide-only' : 'tool'} {...(pressed === undefined ? {} : { 'aria-pressed': pressed })}>
        {icon}
      </ActionIcon>
    </Tooltip>
  );
}

/** History, tools and view, above the picture. */
export function Toolbar({ busy }: { busy: boolean }) {
  const { state, act } = useEditor();
  const compared = state.compare !== undefined;
  return (
    <div className="toolbar" role="toolbar" aria-label="Canvas" onPointerDown={(event) => event.stopPropagation()}>
      <Tool label="Undo" keys="Ctrl Z" icon={<IconArrowBackUp size={20} />} onClick={() => act({ do: 'undo' })} disabled={busy || !canUndo(state)} />
      <Tool label="Redo" keys="Ctrl Shift Z" icon={<IconArrowForwardUp size={20} />} onClick={() => act({ do: 'redo' })} disabled={busy || !canRedo(state)} />
      <i className="rule" />
      <Tool label="Move the picture" keys="H" icon={<IconHandStop size={20} />} pressed={state.tool === 'hand'} onClick={() => act({ do: 'take tool', tool: 'hand' })} />
      <Tool label="Paint where to edit" keys="B" icon={<IconBrush size={20} />} pressed={state.tool === 'brush'} onClick={() => act({ do: 'take tool', tool: 'brush' })} disabled={busy} />
      <Tool label="Compare with the original" keys="C" icon={<IconColumns2 size={20} />} pressed={compared} onClick={() => act({ do: 'compare', position: compared ? undefined : 0.5 })} disabled={(state.timeline?.at ?? 0) === 0} />
      <i className="rule" />
      <Tool wide label="Zoom out" keys="−" icon={<IconMinus size={18} />} onClick={() => act({ do: 'zoom', factor: 0.8 })} />
      <Tooltip label="Show at 100 % · 1">
        <Button className="wide-only zoom" variant="subtle" color="gray" size="compact-sm" onClick={() => act({ do: 'show at', scale: 1 })} aria-label={`Zoom ${Math.round(state.view.scale * 100)} %, show at 100 %`}>
          {Math.round(state.view.scale * 100)} %
        </Button>
      </Tooltip>
      <Tool wide label="Zoom in" keys="+" icon={<IconPlus size={18} />} onClick={() => act({ do: 'zoom', factor: 1.25 })} />
      <Tool label="Fit" keys="0" icon={<IconMaximize size={19} />} onClick={() => act({ do: 'fit' })} />
    </div>
  );
}

/** Size, eraser and clear, while the brush is in hand or a mask is there. */
export function BrushBar({ busy }: { busy: boolean }) {
  const { state, act } = useEditor();
  const { brush, strokes, tool, timeline } = state;
  if (timeline === undefined || (tool !== 'brush' && strokes.length === 0)) return undefined;
  const largest = Math.round(Math.min(timeline.original.width, timeline.original.height) / 3);
  return (
    <fieldset className="toolbar brushbar" aria-label="Brush" onPointerDown={(event) => event.stopPropagation()}>
      <Text size="xs" c="dimmed" className="wide-only">
        {marksSomething(strokes) ? 'Edits apply to what is painted' : 'Paint where to edit'}
      </Text>
      <Slider aria-label="Brush size" w={110} size="sm" min={1} max={Math.max(10, largest)} value={brush.radius} onChange={(radius) => act({ do: 'set brush', radius })} label={(radius) => `${radius * 2} px`} />
      <Tool label="Erase" keys="E" icon={<IconEraser size={20} />} pressed={brush.erase} onClick={() => act({ do: 'set brush', erase: !brush.erase })} />
      <Tool label="Clear the mask" keys="Shift Delete" icon={<IconTrash size={19} />} onClick={() => act({ do: 'clear mask' })} disabled={busy || strokes.length === 0} />
    </fieldset>
  );
}
