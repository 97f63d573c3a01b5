import { Drawer } from '@mantine/core';
import type { Limits } from '@flux-context/contracts';
import type { ReactNode } from 'react';
import type { Me } from '../session/use-session.js';
import type { DrawerName } from './account-menu.js';
import { KeysPanel } from './keys-panel.js';
import { LimitsPanel } from './limits-panel.js';
import { ReceiptPanel } from './receipt-panel.js';
import { LogPanel } from './log-panel.js';
import { PeoplePanel } from './people-panel.js';
import { PrivacyPanel, ShortcutsPanel } from './words-panels.js';

interface DrawersProps {
  readonly open: DrawerName | undefined;
  readonly me: Me;
  readonly limits: Limits | undefined;
  /** The side panel, for narrow windows. */
  readonly panel: ReactNode;
  readonly onClose: () => void;
}

const titles: Readonly<Record<DrawerName, string>> = { keys: 'API keys', people: 'People and seats', shortcuts: 'Keyboard shortcuts', limits: 'Limits', privacy: 'Nothing is kept', panel: 'Picture', receipt: 'Deletion receipt', log: 'Audit log' };

/** What opens over the page, one at a time. */
export function Drawers({ open, me, limits, panel, onClose }: DrawersProps) {
  const contents: Readonly<Record<DrawerName, ReactNode>> = {
    keys: <KeysPanel />,
    people: <PeoplePanel permissions={me.permissions} selfId={me.person.id} />,
    shortcuts: <ShortcutsPanel />,
    limits: <LimitsPanel limits={limits} />,
    privacy: <PrivacyPanel redeliverySeconds={limits?.redeliverySeconds} />,
    panel,
    receipt: <ReceiptPanel />,
    log: <LogPanel />,
  };
  return (
    <Drawer opened={open !== undefined} onClose={onClose} title={open === undefined ? '' : titles[open]} position={open === 'panel' ? 'bottom' : 'right'} size={open === 'panel' ? 'auto' : open === 'people' ? 560 : 440} closeButtonProps={{ 'aria-label': 'Close' }} classNames={{ content: open === 'panel' ? 'sheet-drawer' : 'side-drawer', title: 'drawer-title' }}>
      {open === undefined ? null : contents[open]}
    </Drawer>
  );
}
