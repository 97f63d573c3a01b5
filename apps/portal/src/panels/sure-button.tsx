import { Button } from '@mantine/core';
import { useState } from 'react';

/** A button for what cannot be undone: the first press asks, the second does it; leaving it takes the question back. */
export function SureButton({ label, about, busy, onSure }: { label: string; about: string; busy: boolean; onSure: () => void }) {
  const [asked, setAsked] = useState(false);
  return (
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
}
