import { IconArrowsHorizontal } from '@tabler/icons-react';
import type { PointerEvent } from 'react';
import { useEditor } from './editor-context.js';
import type { Picture } from './picture.js';

/** The picture as it was, left of a line. A hand drags the line; keys and screen readers move the native slider that it carries. */
export function CompareSlider({ before, position }: { before: Picture; position: number }) {
  const { act } = useEditor();
  const percent = Math.round(position * 100);
  const follow = (event: PointerEvent<HTMLElement>): void => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
    const sheet = event.currentTarget.parentElement?.getBoundingClientRect();
    if (sheet !== undefined) act({ do: 'compare', position: (event.clientX - sheet.left) / sheet.width });
  };
  return (
    <>
      <img className="sheet-before" src={before.url} alt="" draggable={false} style={{ clipPath: `inset(0 ${100 - position * 100}% 0 0)` }} />
      <span className="tag tag-before" style={{ opacity: position > 0.14 ? 1 : 0 }} aria-hidden="true">
        Before
      </span>
      <span className="tag tag-after" style={{ opacity: position < 0.86 ? 1 : 0 }} aria-hidden="true">
        After
      </span>
      <div className="compare-line" style={{ left: `${position * 100}%` }} onPointerDown={(event) => (event.stopPropagation(), event.currentTarget.setPointerCapture(event.pointerId))} onPointerMove={follow}>
        <input
          className="compare-value"
          type="range"
          min={0}
          max={100}
          step={2}
          value={percent}
          aria-label="Compare before and after"
          aria-valuetext={`${percent} % before, ${100 - percent} % after`}
          onChange={(event) => act({ do: 'compare', position: event.currentTarget.valueAsNumber / 100 })}
        />
        <span className="compare-grip">
          <IconArrowsHorizontal size={18} />
        </span>
      </div>
    </>
  );
}
