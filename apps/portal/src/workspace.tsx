import { ActionIcon, Alert, CloseButton, Text, Tooltip } from '@mantine/core';
import { limitsRoute, type Limits } from '@flux-context/contracts';
import { Logo, useClient } from '@flux-context/ui';
import { IconAlertTriangle, IconLayoutSidebarRight, IconLock } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useRef, useState, type RefObject } from 'react';
import { Editor } from './canvas/editor.js';
import { EditorContext, useEditor } from './canvas/editor-context.js';
import { currentPicture } from './canvas/editor-state.js';
import { Stage } from './canvas/stage.js';
import { BrushBar, Toolbar } from './canvas/toolbar.js';
import { Composer } from './edit/composer.js';
import { DropZone } from './edit/drop-zone.js';
import { ownFormat } from './edit/intake.js';
import { progressInWords } from './edit/progress-words.js';
import { useIntake, type Door } from './edit/use-intake.js';
import { useRun, type Run } from './edit/use-run.js';
import { useSaving } from './edit/use-saving.js';
import { AccountMenu, type DrawerName } from './panels/account-menu.js';
import { BalancePill } from './panels/balance-pill.js';
import { Drawers } from './panels/drawers.js';
import { OptimisedNote } from './panels/picture-panel.js';
import { SidePanel } from './panels/side-panel.js';
import type { Me } from './session/use-session.js';
import { useKeys } from './use-keys.js';
import { useUnsaved } from './use-unsaved.js';

/** What a person who is signed in works with. */
export function Workspace({ me }: { me: Me }) {
  const [editor] = useState(() => new Editor());
  return <EditorContext value={editor}>{me.permissions.includes('edit:create') ? <EditingPage me={me} editor={editor} /> : <ReadingPage me={me} />}</EditorContext>;
}

interface HeaderProps {
  readonly me: Me;
  readonly onOpen: (drawer: DrawerName) => void;
  readonly withPanel: boolean;
  readonly mayLeave: () => boolean;
}

function Header({ me, onOpen, withPanel, mayLeave }: HeaderProps) {
  return (
    <header className="header">
      <Logo size={26} />
      <h1 className="name">Flux Context</h1>
      <span className="spring" />
      <button type="button" className="quiet-link header-note" onClick={() => onOpen('privacy')}>
        <IconLock size={15} aria-hidden="true" /> Nothing is kept
      </button>
      <BalancePill />
      {withPanel && (
        <Tooltip label="Picture, edits and saving">
          <ActionIcon className="narrow-only" size={36} variant="default" radius="xl" aria-label="Picture, edits and saving" onClick={() => onOpen('panel')}>
            <IconLayoutSidebarRight size={19} />
          </ActionIcon>
        </Tooltip>
      )}
      <AccountMenu me={me} onOpen={onOpen} mayLeave={mayLeave} />
    </header>
  );
}

/** For a role without edits of its own, such as an auditor's. */
function ReadingPage({ me }: { me: Me }) {
  const [drawer, setDrawer] = useState<DrawerName>();
  return (
    <div className="page" data-empty="true">
      <Header me={me} onOpen={setDrawer} withPanel={false} mayLeave={() => true} />
      <main className="door">
        <div className="door-card">
          <Text fw={600}>Your role reads; it does not edit</Text>
          <Text c="dimmed" mt={4}>
            People and seats are in the menu at the top. To edit pictures, ask an administrator for another role.
          </Text>
        </div>
      </main>
      <Drawers open={drawer} me={me} limits={undefined} panel={null} onClose={() => setDrawer(undefined)} />
    </div>
  );
}

function EditingPage({ me, editor }: { me: Me; editor: Editor }) {
  const client = useClient();
  const { state } = useEditor();
  const [drawer, setDrawer] = useState<DrawerName>();
  const [said, say] = useState('');
  const field = useRef<HTMLTextAreaElement>(null);
  const asking = { queryKey: [limitsRoute.id], queryFn: () => client.call(limitsRoute), staleTime: Infinity };
  const limits = useQuery(asking);
  const queries = useQueryClient();
  const unsaved = useUnsaved(editor);
  const run = useRun({ done: (seconds) => say(`Done in ${seconds.toFixed(1)} seconds.`), cancelled: () => say('Cancelled. Nothing was charged.'), failed: () => say('') });
  const busy = run.progress !== undefined;
  const door = useIntake(editor, () => queries.ensureQueryData(asking), () => !busy && unsaved.mayLose('Open another one'));
  const saving = useSaving(editor, () => {
    unsaved.noteSaved();
    say('Saved to your downloads.');
  });
  const { intake } = door;
  useKeys(editor, { busy, cancel: run.cancel, write: () => field.current?.focus(), showShortcuts: () => setDrawer('shortcuts'), save: () => intake !== undefined && saving.save(saving.format ?? ownFormat(intake.format)) });
  const panel = intake === undefined ? null : <SidePanel limits={limits.data} intake={intake} saving={saving} busy={busy} onOpen={door.open} onReceipt={() => setDrawer('receipt')} onReference={door.addReference} say={say} />;
  const empty = currentPicture(state) === undefined;
  return (
    <div className="page" data-empty={empty}>
      <Header me={me} onOpen={setDrawer} withPanel={!empty} mayLeave={() => unsaved.mayLose('Sign out')} />
      <CanvasColumn run={run} door={door} limits={limits.data} trouble={limits.error?.message} field={field} onPrivacy={() => setDrawer('privacy')} />
      {!empty && <aside className="aside">{panel}</aside>}
      <Drawers open={drawer} me={me} limits={limits.data} panel={panel} onClose={() => setDrawer(undefined)} />
      <output className="for-ears">
        {run.progress === undefined ? said : progressInWords({ ...run.progress, ...(run.progress.phase === 'sending' ? { part: 0 } : {}) })}
      </output>
    </div>
  );
}

interface CanvasColumnProps {
  readonly run: Run;
  readonly door: Door;
  readonly limits: Limits | undefined;
  readonly trouble: string | undefined;
  readonly field: RefObject<HTMLTextAreaElement | null>;
  readonly onPrivacy: () => void;
}

function CanvasColumn({ run, door, limits, trouble, field, onPrivacy }: CanvasColumnProps) {
  const { state } = useEditor();
  const [composer, setComposer] = useState(0);
  const busy = run.progress !== undefined;
  const empty = currentPicture(state) === undefined;
  const refusal = door.refusal ?? (empty ? trouble : undefined);
  return (
    <main className="column" data-over={door.over}>
      <Stage busy={busy} composer={composer}>
        {empty ? <DropZone limits={limits} reading={door.reading} over={door.over} onFile={door.open} onPrivacy={onPrivacy} /> : <Toolbar busy={busy} />}
        {!empty && <BrushBar busy={busy} />}
        {!empty && (door.over || door.reading) && <div className="drop-over">{door.reading ? 'Reading your picture…' : 'Let go to open this picture instead'}</div>}
      </Stage>
      {refusal !== undefined && (
        <Alert className="refusal" role="alert" color="red" variant="default" icon={<IconAlertTriangle />} withCloseButton={door.refusal !== undefined} closeButtonLabel="Close this message" onClose={door.dismiss}>
          {refusal}
        </Alert>
      )}
      {door.news !== undefined && refusal === undefined && (
        <output className="refusal news">
          <OptimisedNote optimised={door.news}>
            <CloseButton size="sm" aria-label="Close this message" onClick={door.readNews} />
          </OptimisedNote>
        </output>
      )}
      {!empty && <Composer run={run} limits={limits} field={field} onHeight={setComposer} />}
    </main>
  );
}
