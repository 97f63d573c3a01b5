import { ActionIcon, CopyButton, Group, TextInput, Tooltip } from '@mantine/core';
import type { ReactNode } from 'react';

/** A secret or a link that is shown once, with a button that copies it. */
export function CopyField({ label, value, icon, doneIcon }: { label: string; value: string; icon: ReactNode; doneIcon: ReactNode }) {
  return (
    <Group align="end" gap="xs" wrap="nowrap">
      <TextInput label={label} value={value} readOnly flex={1} styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }} onFocus={(event) => event.currentTarget.select()} data-autofocus />
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
