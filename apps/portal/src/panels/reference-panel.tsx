import { CloseButton, Text } from '@mantine/core';
import { IconPalette } from '@tabler/icons-react';
import { useEditor } from '../canvas/editor-context.js';
import { PictureButton } from '../edit/picture-button.js';

/** Pictures whose colours another one shall take on. */
export function ReferencePanel({ referencesMax, busy, onReference }: { referencesMax: number; busy: boolean; onReference: (file: Blob) => void }) {
  const { state, act } = useEditor();
  const { references } = state;
  return (
    <section aria-label="Reference pictures">
      <div className="panel-head">
        <h2>Reference</h2>
        {references.length < referencesMax && (
          <PictureButton onFile={onReference} size="compact-sm" variant="subtle" leftSection={<IconPalette size={16} />} disabled={busy}>
            Add
          </PictureButton>
        )}
      </div>
      {references.length === 0 ? (
        <Text size="xs" c="dimmed">
          Add a picture, then say “match the colours to the reference”.
        </Text>
      ) : (
        <ul className="references">
          {references.map((reference, index) => (
            <li key={reference.url}>
              <img src={reference.url} alt={`Reference ${index + 1}`} />
              <CloseButton size={20} variant="transparent" iconSize={14} aria-label={`Remove reference ${index + 1}`} onClick={() => act({ do: 'remove reference', url: reference.url })} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
