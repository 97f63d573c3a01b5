import { Drawer, MantineProvider, Menu, Modal, Popover, Tooltip } from '@mantine/core';
import { createContext, use, type ReactNode } from 'react';
import type { Client } from './client.js';
import { theme } from './theme.js';

const ClientContext = createContext<Client | undefined>(undefined);

/** The client given to `Appliance`. Throws outside of it: a fault of the caller's code. */
export function useClient(): Client {
  const client = use(ClientContext);
  if (client === undefined) throw new Error('useClient needs Appliance around it');
  return client;
}

/** Scroll locking would write a style element, which the policy forbids; the pages do not scroll, so nothing needs it. */
const components = {
  Drawer: Drawer.extend({ defaultProps: { lockScroll: false } }),
  Modal: Modal.extend({ defaultProps: { lockScroll: false } }),
  Menu: Menu.extend({ defaultProps: { shadow: 'md' } }),
  Popover: Popover.extend({ defaultProps: { shadow: 'md' } }),
  Tooltip: Tooltip.extend({ defaultProps: { openDelay: 350, withArrow: true } }),
};

/** Theme and client for a page of the house. Call `adoptTheme(document)` before the first render. */
export function Appliance({ client, children }: { client: Client; children: ReactNode }) {
  return (
    <ClientContext value={client}>
      <MantineProvider theme={{ ...theme, components }} defaultColorScheme="auto" withCssVariables={false} withStaticClasses withGlobalClasses={false}>
        {children}
      </MantineProvider>
    </ClientContext>
  );
}
