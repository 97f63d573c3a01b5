import { Button, SegmentedControl, Slider, Text } from '@mantine/core';
import type { OutputFormat, SourceFormat } from '@flux-context/contracts';
import { IconCheck, IconCopy, IconDownload } from '@tabler/icons-react';
import { useState } from 'react';
import { useEditor } from '../canvas/editor-context.js';
import { currentPicture } from '../canvas/editor-state.js';
import type { Picture } from '../canvas/picture.js';
import { formatNames, ownFormat } from '../edit/intake.js';
import { copy } from '../edit/save.js';
import { troubleOf } from '../edit/trouble.js';
import { costsAnEdit, type Saving } from '../edit/use-saving.js';

interface SavePanelProps {
  readonly formats: readonly OutputFormat[];
  readonly source: SourceFormat;
  readonly saving: Saving;
  readonly busy: boolean;
  readonly say: (words: string) => void;
}

/** The current picture as a file or on the clipboard. */
export function SavePanel({ formats, source, saving, busy, say }: SavePanelProps) {
  const { state } = useEditor();
  const picture = currentPicture(state);
  if (picture === undefined) return undefined;
  const format = saving.format ?? ownFormat(source);
  return (
    <section className="save" aria-label="Save">
      <div className="panel-head">
        <h2>Save</h2>
      </div>
      <SegmentedControl fullWidth size="xs" aria-label="Format" value={format} onChange={saving.choose} data={formats.map((value) => ({ value, label: formatNames[value] }))} />
      {format === 'png' ? (
        <Text size="xs" c="dimmed" mt={10}>
          Lossless: every pixel as the appliance made it.
        </Text>
      ) : (
        <div className="quality">
          <span>Quality</span>
          <Slider thumbLabel="Quality" size="sm" min={40} max={100} value={saving.quality} onChange={saving.setQuality} label={null} flex={1} />
          <span className="figures">{saving.quality}</span>
        </div>
      )}
      <div className="save-buttons">
        <Button fullWidth leftSection={<IconDownload size={18} />} onClick={() => saving.save(format)} loading={saving.busy} disabled={busy}>
          Download
        </Button>
        <CopyPicture picture={picture} busy={busy} say={say} />
      </div>
      {costsAnEdit(picture, format) && (
        <Text size="xs" c="dimmed" mt={8}>
          Browsers cannot write AVIF; the appliance does, and it uses 1 edit.
        </Text>
      )}
      {saving.error !== null && (
        <Text size="xs" c="red" mt={8} role="alert">
          {troubleOf(saving.error).title}
        </Text>
      )}
    </section>
  );
}

function CopyPicture({ picture, busy, say }: { picture: Picture; busy: boolean; say: (words: string) => void }) {
  const [copied, setCopied] = useState<'no' | 'yes' | 'failed'>('no');
  const copyNow = async (): Promise<void> => {
    const done = await copy(picture).then(
      () => true,
      () => false,
    );
    setCopied(done ? 'yes' : 'failed');
    say(done ? 'Copied.' : 'This browser does not allow copying pictures.');
    setTimeout(() => setCopied('no'), 2_500);
  };
  return (
    <Button variant="default" leftSection={copied === 'yes' ? <IconCheck size={18} /> : <IconCopy size={18} />} onClick={() => void copyNow()} disabled={busy}>
      {copied === 'yes' ? 'Copied' : copied === 'failed' ? 'Blocked' : 'Copy'}
    </Button>
  );
}
