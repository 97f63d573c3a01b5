import { Button, FileButton, type ButtonProps } from '@mantine/core';
import { useRef } from 'react';

/** What `accept` says to the file dialogue; HEIC has no media type on many machines, so its endings stand there too. */
const acceptedFiles = 'image/jpeg,image/png,image/webp,image/avif,image/heic,image/heif,.heic,.heif';

/** A button that asks for a picture file. The same file can be chosen again, after it was changed or closed. */
export function PictureButton({ onFile, ...button }: ButtonProps & { onFile: (file: File) => void }) {
  const reset = useRef<() => void>(null);
  const choose = (file: File | null): void => {
    reset.current?.();
    if (file !== null) onFile(file);
  };
  return (
    <FileButton accept={acceptedFiles} onChange={choose} resetRef={reset} disabled={button.disabled === true}>
      {(props) => <Button {...props} {...button} />}
    </FileButton>
  );
}
