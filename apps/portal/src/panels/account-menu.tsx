import { ActionIcon, Menu, SegmentedControl, Text, useMantineColorScheme } from '@mantine/core';
import { IconKey, IconKeyboard, IconLock, IconLogout, IconUser, IconUsers } from '@tabler/icons-react';
import { useSignOut, type Me } from '../session/use-session.js';

export type DrawerName = 'keys' | 'people' | 'shortcuts' | 'privacy' | 'panel' | 'receipt';

/** Who is signed in, what else there is, light or dark, and the way out. */
export function AccountMenu({ me, onOpen }: { me: Me; onOpen: (drawer: DrawerName) => void }) {
  const signOut = useSignOut();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const may = new Set(me.permissions);
  return (
    <Menu position="bottom-end" width={250}>
      <Menu.Target>
        <ActionIcon size={36} radius="xl" variant="default" aria-label={`Menu of ${me.person.name}`}>
          <IconUser size={19} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <div className="menu-person">
          <Text size="sm" fw={600} truncate>
            {me.person.name}
          </Text>
          <Text size="xs" c="dimmed" truncate>
            {me.person.email} · {me.person.role}
          </Text>
        </div>
        <Menu.Divider />
        {may.has('api_key:read') && (
          <Menu.Item leftSection={<IconKey size={17} />} onClick={() => onOpen('keys')}>
            API keys
          </Menu.Item>
        )}
        {may.has('person:read') && (
          <Menu.Item leftSection={<IconUsers size={17} />} onClick={() => onOpen('people')}>
            People and seats
          </Menu.Item>
        )}
        <Menu.Item leftSection={<IconLock size={17} />} onClick={() => onOpen('privacy')}>
          Nothing is kept
        </Menu.Item>
        <Menu.Item leftSection={<IconKeyboard size={17} />} rightSection={<kbd>?</kbd>} onClick={() => onOpen('shortcuts')}>
          Keyboard shortcuts
        </Menu.Item>
        <Menu.Divider />
        <div className="menu-scheme">
          <SegmentedControl fullWidth size="xs" aria-label="Colours of the page" value={colorScheme} onChange={setColorScheme} data={[{ value: 'auto', label: 'System' }, { value: 'light', label: 'Light' }, { value: 'dark', label: 'Dark' }]} />
        </div>
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={17} />} onClick={() => signOut.mutate()} closeMenuOnClick={false}>
          {signOut.error === null ? 'Sign out' : 'Sign out failed. Try again'}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
