import { Button, Tooltip } from '@mantine/core';
import { useState } from 'react';

interface SureButtonProps {
  readonly label: string;
  readonly about: string;
  /** What will be gone, and what stays: shown with the question. */
  readonly consequence?: string;
  readonly busy: boolean;
  readonly onSure: () => void;
}

/** A button for what cannot be undone: the first press asks, the second does it; leaving it takes the question back. */
export function SureButton({ label, about, consequence, busy, onSure }: SureButtonProps) {
  const [asked, setAsked] = useState(false);
  const button = (
    <Button
      size="compact-sm"
      variant={asked ? 'filled' : 'subtle'}
      color={asked ? 'red.9' : 'red'}
      loading={busy}
      aria-label={asked ? `Yes, ${label.toLowerCase()} ${about}` : `${label} ${about}`}
      onClick={() => (asked ? (setAsked(false), onSure()) : setAsked(true))}
      onBlur={() => setAsked(false)}
    >
      {asked ? 'Sure?' : label}
    </Button>
  );
  return consequence === undefined ? (
    button
  ) : (
    <Tooltip opened={asked} label={consequence} position="bottom-end" multiline w={260} events={{ hover: false, focus: true, touch: false }}>
      {button}
    </Tooltip>
  );
}
