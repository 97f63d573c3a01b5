import { Text, UnstyledButton } from '@mantine/core';
import { useEditor } from '../canvas/editor-context.js';
import { picturesOf } from '../canvas/timeline.js';

/** The chain of edits; a click goes back or forward to one. */
export function HistoryPanel({ busy }: { busy: boolean }) {
  const { state, act } = useEditor();
  const { timeline } = state;
  if (timeline === undefined) return undefined;
  return (
    <section aria-label="Edits">
      <div className="panel-head">
        <h2>Edits</h2>
      </div>
      <ol className="strip">
        {picturesOf(timeline).map((picture, index) => {
          const turn = timeline.turns[index - 1];
          return (
            <li key={turn?.id ?? 'original'}>
              <UnstyledButton className="step" disabled={busy} data-undone={index > timeline.at} aria-current={index === timeline.at ? 'step' : undefined} onClick={() => act({ do: 'go to', at: index })}>
                <span className="thumb">
                  <img src={picture.url} alt="" draggable={false} />
                </span>
                <span className="step-words">
                  <span className="step-title">{turn?.instruction ?? 'Original'}</span>
                  {turn !== undefined && turn.labels.length > 0 && <span className="step-note">{turn.labels.join(' · ')}</span>}
                </span>
              </UnstyledButton>
            </li>
          );
        })}
      </ol>
      {timeline.turns.length === 0 && (
        <Text size="xs" c="dimmed">
          Each edit appears here. Steps live in this tab only.
        </Text>
      )}
    </section>
  );
}
