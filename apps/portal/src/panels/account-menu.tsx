import { ActionIcon, Menu, SegmentedControl, Text, useMantineColorScheme } from '@mantine/core';
import { IconBook2, IconKey, IconKeyboard, IconListCheck, IconLock, IconLogout, IconRuler2, IconUser, IconUsers } from '@tabler/icons-react';
import { useEditor } from '../canvas/editor-context.js';
import { useSignOut, type Me } from '../session/use-session.js';

export type DrawerName = 'keys' | 'people' | 'shortcuts' | 'limits' | 'privacy' | 'panel' | 'receipt' | 'log';

const byPermission = [
  { drawer: 'keys', needs: 'api_key:read', words: 'API keys', Icon: IconKey },
  { drawer: 'people', needs: 'person:read', words: 'People and seats', Icon: IconUsers },
  { drawer: 'log', needs: 'audit:read', words: 'Audit log', Icon: IconListCheck },
] as const;

/** Who is signed in, what else there is, light or dark, and the way out. */
export function AccountMenu({ me, onOpen, mayLeave }: { me: Me; onOpen: (drawer: DrawerName) => void; mayLeave: () => boolean }) {
  const { act } = useEditor();
  const signOut = useSignOut({ mayLose: mayLeave, forget: () => act({ do: 'close' }) });
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
        {byPermission
          .filter(({ needs }) => may.has(needs))
          .map(({ drawer, words, Icon }) => (
            <Menu.Item key={drawer} leftSection={<Icon size={17} />} onClick={() => onOpen(drawer)}>
              {words}
            </Menu.Item>
          ))}
        <Menu.Item leftSection={<IconLock size={17} />} onClick={() => onOpen('privacy')}>
          Nothing is kept
        </Menu.Item>
        <Menu.Item leftSection={<IconRuler2 size={17} />} onClick={() => onOpen('limits')}>
          Limits
        </Menu.Item>
        <Menu.Item component="a" href="/docs" target="_blank" leftSection={<IconBook2 size={17} />}>
          API documentation
        </Menu.Item>
        <Menu.Item leftSection={<IconKeyboard size={17} />} rightSection={<kbd>?</kbd>} onClick={() => onOpen('shortcuts')}>
          Keyboard shortcuts
        </Menu.Item>
        <Menu.Divider />
        <ColourScheme />
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={17} />} onClick={() => signOut.mutate()} closeMenuOnClick={false}>
          {signOut.error === null ? 'Sign out' : 'Sign out failed. Try again'}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function ColourScheme() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <div className="menu-scheme">
      <SegmentedControl fullWidth size="xs" aria-label="Colours of the page" value={colorScheme} onChange={setColorScheme} data={[{ value: 'auto', label: 'System' }, { value: 'light', label: 'Light' }, { value: 'dark', label: 'Dark' }]} />
    </div>
  );
}
