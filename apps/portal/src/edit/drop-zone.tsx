import { Loader, Text, Title } from '@mantine/core';
import type { Limits } from '@flux-context/contracts';
import { bytesInWords } from '@flux-context/ui';
import { IconLock, IconPhoto } from '@tabler/icons-react';
import { formatsInWords } from './intake.js';
import { PictureButton } from './picture-button.js';

interface DropZoneProps {
  readonly limits: Limits | undefined;
  readonly reading: boolean;
  readonly over: boolean;
  readonly onFile: (file: File) => void;
  readonly onPrivacy: () => void;
}

/** Fingers do not drop files. */
const welcome = window.matchMedia('(hover: hover)').matches ? 'Drop a picture here' : 'Start with a picture';

/** The empty desk: how a picture gets onto it. */
export function DropZone({ limits, reading, over, onFile, onPrivacy }: DropZoneProps) {
  return (
    <div className="drop" data-over={over} aria-busy={reading}>
      <div className="drop-art" aria-hidden="true">
        {reading ? <Loader size={30} /> : <IconPhoto size={38} stroke={1.4} />}
      </div>
      <Title order={2} size="h3">
        {reading ? 'Reading your picture…' : over ? 'Let go to open it' : welcome}
      </Title>
      <Text c="dimmed" maw={360}>
        or paste one, then say what should change.
      </Text>
      <PictureButton onFile={onFile} mt="md" size="md" disabled={reading}>
        Choose a picture
      </PictureButton>
      {limits !== undefined && (
        <Text c="dimmed" size="xs" maw={380} mt="sm">
          {formatsInWords(limits.sourceFormats)}. A file over {bytesInWords(limits.pictureBytesMax)} is made smaller in this browser, and you are told how.
        </Text>
      )}
      <button type="button" className="quiet-link" onClick={onPrivacy}>
        <IconLock size={14} aria-hidden="true" /> What “nothing is kept” means
      </button>
    </div>
  );
}
