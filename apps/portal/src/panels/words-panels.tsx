import { Kbd, Text } from '@mantine/core';
import { countInWords } from '@flux-context/ui';
import { shortcuts } from '../shortcuts.js';

/** Every shortcut there is, from the same table that the keys obey. */
export function ShortcutsPanel() {
  return (
    <dl className="shortcuts">
      {shortcuts.map(({ keys, words }) => (
        <div key={words}>
          <dt>{words}</dt>
          <dd>
            {keys.map((key) => (
              <Kbd key={key}>{key}</Kbd>
            ))}
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** What "nothing is kept" means, and what it does not. */
export function PrivacyPanel({ redeliverySeconds }: { redeliverySeconds: number | undefined }) {
  const window = redeliverySeconds === undefined ? 'about a minute' : countInWords(redeliverySeconds, 'second');
  return (
    <div className="prose">
      <Text>Your picture and your words go to the appliance of your organisation, and nowhere else.</Text>
      <ul>
        <li>They are held in memory while the edit runs, sealed between its parts, and opened in a process of their own that ends with the edit. They are written to no database, no disk and no log.</li>
        <li>When the result has arrived here, this page asks the appliance to delete its copy at once. If the connection breaks, it goes by itself after {window}.</li>
        <li>The steps that you can undo live in the memory of this tab. Closing or reloading it forgets them, so save what you want to keep.</li>
        <li>What is recorded: that you made an edit, when, how large it was, how long it took and whether it worked. Never the picture, the words or the file’s name.</li>
        <li>Metadata of the file, such as place and camera, is not in the result.</li>
      </ul>
      <Text size="sm" c="dimmed">
        This says what the software does. Whoever runs the machine it stands on could still change that software.
      </Text>
    </div>
  );
}
