import { UnstyledButton } from '@mantine/core';
import type { Chip, Understanding } from '@flux-context/instructions';
import { IconAlertCircle, IconCheck, IconSparkles } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { examples } from './examples.js';
import { foreignWords, isTooLong, tooLongInWords } from './sentence-parts.js';

interface ChipsProps {
  readonly text: string;
  readonly understanding: Understanding | undefined;
  /** The image model that the words go to, if they do. */
  readonly model: string | undefined;
  /** There is no image model, which would understand any words. */
  readonly exactOnly: boolean;
  readonly onChoose: (sentence: string) => void;
  readonly onPoint: (chip: Chip) => void;
}

const Suggestions = ({ label, sentences, onChoose }: { label: string; sentences: readonly string[]; onChoose: (sentence: string) => void }) => (
  <fieldset className="chips" aria-label={label}>
    <span className="chips-label">{label}</span>
    {sentences.map((sentence) => (
      <UnstyledButton key={sentence} className="chip chip-try" onClick={() => onChoose(sentence)}>
        {sentence}
      </UnstyledButton>
    ))}
  </fieldset>
);

const Trouble = ({ children }: { children: ReactNode }) => (
  <div className="chips chips-trouble">
    <IconAlertCircle size={17} aria-hidden="true" />
    <span>{children}</span>
  </div>
);

const ByModel = ({ model }: { model: string }) => (
  <div className="chips">
    <span className="chip chip-plan chip-whole" title={model}>
      <IconSparkles size={14} stroke={2.2} aria-hidden="true" />
      <span>By the image model {model}</span>
    </span>
  </div>
);

/** What will happen, as it is typed; or what was not understood and what would be; or what one could say. */
export function Chips({ text, understanding, model, exactOnly, onChoose, onPoint }: ChipsProps) {
  if (isTooLong(text)) return <Trouble>{tooLongInWords(text)}</Trouble>;
  if (text.trim() === '' || understanding === undefined) return <Suggestions label="Try" sentences={examples} onChoose={onChoose} />;
  if (model !== undefined) return <ByModel model={model} />;
  switch (understanding.kind) {
    case 'plan':
      return (
        <ol className="chips" aria-label="What will happen">
          {understanding.chips.map((chip) => (
            <li key={`${chip.span.start}-${chip.label}`}>
              <UnstyledButton className="chip chip-plan" onClick={() => onPoint(chip)} title={`From “${text.slice(chip.span.start, chip.span.end)}”`}>
                <IconCheck size={14} stroke={2.6} aria-hidden="true" />
                {chip.label}
              </UnstyledButton>
            </li>
          ))}
        </ol>
      );
    case 'excluded':
      return (
        <Trouble>Say only what should happen, not what should stay: {foreignWords(text, understanding).join(', ')} cannot be promised.</Trouble>
      );
    default:
      return (
        <>
          <Trouble>
            Not understood: {foreignWords(text, understanding).join(', ') || 'this sentence'}. Nothing is guessed, nothing is charged.
            {exactOnly && ' No image model is loaded here, so only exact edits work; an administrator can bring one in.'}
          </Trouble>
          {understanding.suggestions.length > 0 && <Suggestions label="This would work" sentences={understanding.suggestions} onChoose={onChoose} />}
        </>
      );
  }
}

/** The same for ears: one line for the live region. */
export function understandingInWords(text: string, understanding: Understanding | undefined, model: string | undefined): string {
  if (isTooLong(text)) return tooLongInWords(text);
  if (text.trim() === '' || understanding === undefined) return '';
  if (model !== undefined) return `By the image model ${model}`;
  if (understanding.kind === 'plan') return `Will do: ${understanding.chips.map((chip) => chip.label).join(', ')}`;
  return `Not understood: ${foreignWords(text, understanding).join(', ') || 'this sentence'}`;
}
