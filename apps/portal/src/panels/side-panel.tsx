import type { Limits } from '@flux-context/contracts';
import type { Intake } from '../edit/intake.js';
import type { Saving } from '../edit/use-saving.js';
import { HistoryPanel } from './history-panel.js';
import { PicturePanel } from './picture-panel.js';
import { ReferencePanel } from './reference-panel.js';
import { SavePanel } from './save-panel.js';

export interface SidePanelProps {
  readonly limits: Limits | undefined;
  readonly intake: Intake;
  readonly saving: Saving;
  readonly busy: boolean;
  readonly onOpen: (file: Blob) => void;
  readonly onReceipt: () => void;
  readonly onReference: (file: Blob) => void;
  readonly say: (words: string) => void;
}

/** Everything about the picture that is not on the canvas. Beside it on a desk, in a sheet on a phone. */
export function SidePanel({ limits, intake, saving, busy, onOpen, onReceipt, onReference, say }: SidePanelProps) {
  return (
    <div className="panel">
      <PicturePanel intake={intake} busy={busy} onOpen={onOpen} onReceipt={onReceipt} />
      <HistoryPanel busy={busy} />
      <ReferencePanel referencesMax={limits?.referencesMax ?? 0} busy={busy} onReference={onReference} />
      <SavePanel formats={limits?.outputFormats ?? ['jpeg', 'png', 'webp']} source={intake.format} saving={saving} busy={busy} say={say} />
    </div>
  );
}
