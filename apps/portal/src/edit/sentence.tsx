import { ActionIcon, Tooltip } from '@mantine/core';
import type { Understanding } from '@flux-context/instructions';
import { IconArrowUp } from '@tabler/icons-react';
import type { KeyboardEvent, RefObject } from 'react';
import { isTooLong, piecesOf } from './sentence-parts.js';

interface SentenceProps {
  readonly text: string;
  readonly understanding: Understanding | undefined;
  readonly busy: boolean;
  readonly ready: boolean;
  readonly field: RefObject<HTMLTextAreaElement | null>;
  readonly onChange: (text: string) => void;
  readonly onSend: () => void;
}

/** The field for the wish. A layer of the same text below it underlines what was not understood and makes the field grow. */
export function Sentence({ text, understanding, busy, ready, field, onChange, onSend }: SentenceProps) {
  const sendOnEnter = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    if (ready) onSend();
  };
  return (
    <div className="sentence">
      <div className="sentence-field">
        <div className="sentence-page">
          <div className="sentence-shadow" aria-hidden="true">
            {piecesOf(text, understanding).map((piece) => (piece.foreign ? <mark key={piece.start}>{piece.text}</mark> : <span key={piece.start}>{piece.text}</span>))}
            {'\u200b'}
          </div>
          <textarea
            ref={field}
            value={text}
            rows={1}
            spellCheck
            autoComplete="off"
            enterKeyHint="send"
            placeholder="Say what should change…"
            aria-label="What should change in the picture"
            aria-describedby="sentence-help"
            aria-invalid={isTooLong(text) || (understanding !== undefined && understanding.kind !== 'plan')}
            onChange={(event) => onChange(event.currentTarget.value)}
            onKeyDown={sendOnEnter}
          />
        </div>
      </div>
      <Tooltip label="Edit the picture · Enter">
        <ActionIcon size={42} radius="xl" variant="filled" onClick={onSend} disabled={!ready} loading={busy} aria-label="Edit the picture">
          <IconArrowUp size={22} stroke={2.4} />
        </ActionIcon>
      </Tooltip>
    </div>
  );
}
