import { Badge, Button, NativeSelect, Skeleton, Switch, Text, TextInput } from '@mantine/core';
import { personRoutes, roles, type Permission, type Person, type Role } from '@flux-context/contracts';
import { CopyField, countInWords, ProblemError, useClient, type OutputOf } from '@flux-context/ui';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { Refusal } from './refusal.js';
import { SureButton } from './sure-button.js';

const key = [personRoutes.list.id];

/** Everybody in the organisation: add, invite, give or take a seat, deactivate, erase. Shows only what the caller may do. */
export function PeoplePanel({ permissions, selfId }: { permissions: readonly Permission[]; selfId: string }) {
  const client = useClient();
  const { data, error } = useQuery({ queryKey: key, queryFn: () => client.call(personRoutes.list) });
  const may = new Set(permissions);
  return (
    <div className="drawer">
      {data !== undefined && (
        <Text size="sm" c="dimmed">
          {data.seats.taken} of {countInWords(data.seats.limit, 'seat')} taken. Who has a seat edits from the organisation’s allowance; who has none has three trial edits.
        </Text>
      )}
      {may.has('person:create') && <NewPerson mayInvite={may.has('person:invite')} />}
      {error !== null && <Refusal error={error} />}
      {data === undefined && error === null && <Skeleton height={160} />}
      <ul className="rows">
        {data?.people.map((person) => (
          <PersonRow key={person.id} person={person} self={person.id === selfId} may={may} />
        ))}
      </ul>
    </div>
  );
}

/** A call that changes people: the list is read again after it. */
function usePeopleChange<T>(mutationFn: (client: ReturnType<typeof useClient>) => Promise<T>, done?: () => void) {
  const client = useClient();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => mutationFn(client),
    onSuccess: () => {
      done?.();
      return queries.invalidateQueries({ queryKey: key });
    },
  });
}

const roleNames: Readonly<Record<Role, string>> = { owner: 'Owner', administrator: 'Administrator', auditor: 'Auditor', member: 'Member' };

const roleChoices = roles.toReversed().map((role) => ({ value: role, label: roleNames[role] }));

const emptyDraft = { name: '', email: '', role: 'member' as Role };

function NewPerson({ mayInvite }: { mayInvite: boolean }) {
  const [draft, setDraft] = useState(emptyDraft);
  const add = usePeopleChange((client) => client.call(personRoutes.create, { body: draft }), () => setDraft(emptyDraft));
  const added = add.data;
  const invite = usePeopleChange(async (client) => (added === undefined ? undefined : client.call(personRoutes.invite, { params: { personId: added.id } })));
  const badEmail = add.error instanceof ProblemError && add.error.blames('email');
  return (
    <form className="person-form" onSubmit={(event) => (event.preventDefault(), invite.reset(), add.mutate())}>
      <TextInput label="Name" value={draft.name} onChange={(event) => setDraft({ ...draft, name: event.currentTarget.value })} maxLength={200} required />
      <TextInput label="E-mail" type="email" value={draft.email} onChange={(event) => setDraft({ ...draft, email: event.currentTarget.value })} maxLength={320} required error={badEmail && 'This is not a whole e-mail address. Write one like ada@example.com.'} />
      <NativeSelect label="Role" value={draft.role} onChange={(event) => setDraft({ ...draft, role: event.currentTarget.value as Role })} data={roleChoices} />
      <Button type="submit" loading={add.isPending}>
        Add person
      </Button>
      {added !== undefined && mayInvite && (
        <output>
          {added.name} was added.{' '}
          {invite.data === undefined && (
            <Button type="button" size="compact-sm" variant="subtle" loading={invite.isPending} onClick={() => invite.mutate()}>
              Make a sign-in link
            </Button>
          )}
        </output>
      )}
      {added !== undefined && invite.data !== undefined && <InviteLink link={invite.data} name={added.name} />}
      {invite.error !== null && <Refusal error={invite.error} />}
      {add.error !== null && !badEmail && <Refusal error={add.error} />}
    </form>
  );
}

function PersonRow({ person, self, may }: { person: Person; self: boolean; may: ReadonlySet<Permission> }) {
  const params = { personId: person.id };
  const [question, ask] = useState<Question>();
  const seat = usePeopleChange((client) => client.call(personRoutes.change, { params, body: { seated: !person.seated } }));
  const invite = usePeopleChange((client) => client.call(personRoutes.invite, { params }));
  const deactivate = usePeopleChange((client) => client.call(personRoutes.deactivate, { params }));
  const erase = usePeopleChange((client) => client.call(personRoutes.erase, { params }), () => ask(undefined));
  const change = usePeopleChange((client) => client.call(personRoutes.change, { params, body: question?.about === 'role' ? { role: question.role } : {} }), () => ask(undefined));
  const error = seat.error ?? invite.error ?? deactivate.error ?? erase.error ?? change.error;
  /** What went wrong before is no answer to what is asked now. */
  const only = (asked: Change): void => {
    for (const other of [seat, invite, deactivate, erase, change]) if (other !== asked && other.isError) other.reset();
    asked.mutate();
  };
  const chooseRole = (role: Role): void => ask(role === person.role ? undefined : { about: 'role', role });
  return (
    <li data-inactive={!person.active}>
      <div className="row-words">
        <Text size="sm" fw={560} truncate>
          {person.name} {self && <span className="hint">you</span>}
        </Text>
        <Text size="xs" c="dimmed" truncate>
          {[roleNames[person.role], person.email].filter(Boolean).join(' · ')}
        </Text>
      </div>
      {person.active ? (
        <ActiveActions {...{ person, self, may, seat, invite, deactivate, only }}>
          {may.has('person:update') && <NativeSelect size="xs" aria-label={`Role of ${person.name}`} value={question?.about === 'role' ? question.role : person.role} onChange={({ currentTarget }) => chooseRole(currentTarget.value as Role)} data={roleChoices} />}
        </ActiveActions>
      ) : (
        <div className="row-actions">
          <Badge variant="light" color="gray">
            Inactive
          </Badge>
          {may.has('person:erase') && person.email !== '' && (
            <Button size="compact-sm" variant="subtle" color="red" onClick={() => ask({ about: 'erasure' })} aria-label={`Erase ${person.name}`}>
              Erase
            </Button>
          )}
        </div>
      )}
      {question !== undefined && <Asked person={person} question={question} busy={change.isPending || erase.isPending} onYes={() => only(question.about === 'role' ? change : erase)} onNo={() => ask(undefined)} />}
      {invite.data !== undefined && <InviteLink link={invite.data} name={person.name} />}
      {error !== null && <Refusal error={error} />}
    </li>
  );
}

type Change = Pick<ReturnType<typeof usePeopleChange>, 'isPending' | 'isError' | 'reset' | 'mutate'>;

interface ActiveActionsProps {
  readonly person: Person;
  readonly self: boolean;
  readonly may: ReadonlySet<Permission>;
  readonly seat: Change;
  readonly invite: Change;
  readonly deactivate: Change;
  readonly only: (asked: Change) => void;
  readonly children: ReactNode;
}

/** What can be done with somebody who is active. */
function ActiveActions({ person, self, may, seat, invite, deactivate, only, children }: ActiveActionsProps) {
  return (
    <div className="row-actions">
      <Switch size="sm" label="Seat" aria-label={`Seat of ${person.name}`} checked={person.seated} onChange={() => only(seat)} disabled={!may.has('person:update') || seat.isPending} />
      {children}
      {may.has('person:invite') && (
        <Button size="compact-sm" variant="subtle" onClick={() => only(invite)} loading={invite.isPending} aria-label={`Sign-in link for ${person.name}`}>
          Sign-in link
        </Button>
      )}
      {may.has('person:deactivate') && !self && <SureButton label="Deactivate" about={person.name} busy={deactivate.isPending} onSure={() => only(deactivate)} />}
    </div>
  );
}

/** What a row asks before it is done. */
type Question = { readonly about: 'role'; readonly role: Role } | { readonly about: 'erasure' };

interface AskedProps {
  readonly person: Person;
  readonly question: Question;
  readonly busy: boolean;
  readonly onYes: () => void;
  readonly onNo: () => void;
}

/** Says what will happen, and waits for a yes. */
function Asked({ person: { name }, question, busy, onYes, onNo }: AskedProps) {
  const words = question.about === 'role' ? `Make ${name} ${roleNames[question.role].toLowerCase()}?` : `Erase ${name} for good? Name, e-mail address and API keys go, here and beside the audit log. The entries of the audit log stay.`;
  return (
    <div className="row-wide" role="alert">
      <Text size="sm">{words}</Text>
      <div className="row-actions">
        <Button size="compact-sm" mt={8} color="red.9" loading={busy} onClick={onYes}>
          {question.about === 'role' ? 'Change role' : 'Erase for good'}
        </Button>
        <Button size="compact-sm" mt={8} variant="default" onClick={onNo}>
          Leave it
        </Button>
      </div>
    </div>
  );
}

function InviteLink({ link, name }: { link: OutputOf<typeof personRoutes.invite>; name: string }) {
  return (
    <output className="row-wide">
      <CopyField label="Sign-in link" value={link.url} icon={<IconCopy size={18} />} doneIcon={<IconCheck size={18} />} />
      <Text size="xs" c="dimmed" mt={4}>
        Give it to {name}. It works once, until {new Date(link.expiresAt).toLocaleTimeString(undefined, { timeStyle: 'short' })}.
      </Text>
    </output>
  );
}

