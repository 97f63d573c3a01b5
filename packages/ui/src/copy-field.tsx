import { ActionIcon, CopyButton, Group, Textarea, Tooltip } from '@mantine/core';
import type { ReactNode } from 'react';

/** A secret or a link that is shown once and whole, over as many lines as it needs, with a button that copies it. */
export function CopyField({ label, value, icon, doneIcon }: { label: string; value: string; icon: ReactNode; doneIcon: ReactNode }) {
  return (
    <Group align="end" gap="xs" wrap="nowrap">
      <Textarea label={label} value={value} readOnly autosize flex={1} styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', lineHeight: 1.6, overflowWrap: 'anywhere' } }} onFocus={(event) => event.currentTarget.select()} data-autofocus />
      <CopyButton value={value} timeout={2_500}>
        {({ copied, copy }) => (
          <Tooltip label={copied ? 'Copied' : 'Copy'}>
            <ActionIcon size={36} variant={copied ? 'filled' : 'default'} onClick={copy} aria-label={copied ? 'Copied' : `Copy ${label.toLowerCase()}`}>
              {copied ? doneIcon : icon}
            </ActionIcon>
          </Tooltip>
        )}
      </CopyButton>
    </Group>
  );
}
