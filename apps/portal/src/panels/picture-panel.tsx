import { Text } from '@mantine/core';
import { bytesInWords, sizeInWords } from '@flux-context/ui';
import { IconArrowsMinimize, IconPhotoPlus, IconShieldCheck } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useEditor } from '../canvas/editor-context.js';
import { currentPicture } from '../canvas/editor-state.js';
import { formatNames, type Intake } from '../edit/intake.js';
import type { Optimised } from '../edit/optimise.js';
import { PictureButton } from '../edit/picture-button.js';

const typeNames = { 'image/jpeg': 'JPEG', 'image/webp': 'WebP' } as const;

/** Exactly what was done to a picture that was too large. */
export function OptimisedNote({ optimised: { before, after }, children }: { optimised: Optimised; children?: ReactNode }) {
  const same = before.width === after.width && before.height === after.height;
  return (
    <div className="note">
      <IconArrowsMinimize size={16} aria-hidden="true" />
      <Text size="xs" flex={1}>
        Made smaller in this browser to fit the limit: {bytesInWords(before.bytes)} became {bytesInWords(after.bytes)}, {typeNames[after.type]} at quality {Math.round(after.quality * 100)}; {same ? `all ${sizeInWords(after)} pixels kept` : `${sizeInWords(before)} became ${sizeInWords(after)} pixels`}. The file on your disk is unchanged.
      </Text>
      {children}
    </div>
  );
}

export function PicturePanel({ intake, busy, onOpen, onReceipt }: { intake: Intake; busy: boolean; onOpen: (file: Blob) => void; onReceipt: () => void }) {
  const { state } = useEditor();
  const picture = currentPicture(state);
  if (picture === undefined) return undefined;
  return (
    <section aria-label="Picture">
      <div className="panel-head">
        <h2>Picture</h2>
        <PictureButton onFile={onOpen} size="compact-sm" variant="subtle" leftSection={<IconPhotoPlus size={16} />} disabled={busy}>
          New
        </PictureButton>
      </div>
      <Text size="sm" c="dimmed" className="figures">
        {sizeInWords(picture)} px · {state.timeline?.at === 0 ? `${formatNames[intake.format]}, ${bytesInWords(picture.blob.size)}` : `lossless, ${bytesInWords(picture.blob.size)}`}
      </Text>
      {state.timeline !== undefined && state.timeline.at > 0 && (
        <button type="button" className="quiet-link receipt-link" onClick={onReceipt}>
          <IconShieldCheck size={15} aria-hidden="true" /> Deletion receipt
        </button>
      )}
      {intake.optimised !== undefined && <OptimisedNote optimised={intake.optimised} />}
    </section>
  );
}
