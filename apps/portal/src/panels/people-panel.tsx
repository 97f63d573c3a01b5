import { Badge, Button, NativeSelect, Skeleton, Switch, Text, TextInput } from '@mantine/core';
import { personRoutes, roles, type Permission, type Person, type Role } from '@flux-context/contracts';
import { CopyField, countInWords, ProblemError, useClient, type OutputOf } from '@flux-context/ui';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
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
      {may.has('person:create') && <NewPerson />}
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
function usePeopleChange<T, Asked = void>(mutationFn: (client: ReturnType<typeof useClient>, asked: Asked) => Promise<T>, done?: () => void) {
  const client = useClient();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (asked: Asked) => mutationFn(client, asked),
    onSuccess: () => {
      done?.();
      return queries.invalidateQueries({ queryKey: key });
    },
  });
}

const roleNames: Readonly<Record<Role, string>> = { owner: 'Owner', administrator: 'Administrator', auditor: 'Auditor', member: 'Member' };

const roleChoices = roles.toReversed().map((role) => ({ value: role, label: roleNames[role] }));

const emptyDraft = { name: '', email: '', role: 'member' as Role };

function NewPerson() {
  const [draft, setDraft] = useState(emptyDraft);
  const add = usePeopleChange((client) => client.call(personRoutes.create, { body: draft }), () => setDraft(emptyDraft));
  const { data: added } = add;
  const badEmail = add.error instanceof ProblemError && add.error.blames('email');
  return (
    <form className="person-form" onSubmit={(event) => (event.preventDefault(), add.mutate())}>
      <TextInput label="Name" value={draft.name} onChange={(event) => setDraft({ ...draft, name: event.currentTarget.value })} maxLength={200} required />
      <TextInput label="E-mail" type="email" value={draft.email} onChange={(event) => setDraft({ ...draft, email: event.currentTarget.value })} maxLength={320} required error={badEmail && 'This is not a whole e-mail address. Write one like ada@example.com.'} />
      <NativeSelect label="Role" value={draft.role} onChange={(event) => setDraft({ ...draft, role: event.currentTarget.value as Role })} data={roleChoices} />
      <Button type="submit" loading={add.isPending}>
        Add person
      </Button>
      {add.error !== null && !badEmail && <Refusal error={add.error} />}
      {added !== undefined && <Added key={added.id} person={added} />}
    </form>
  );
}

/** Whoever was added can do nothing until somebody gives him the way in. */
function Added({ person }: { person: Person }) {
  const invite = usePeopleChange((client) => client.call(personRoutes.invite, { params: { personId: person.id } }));
  return (
    <output className="row-wide">
      <Text size="sm">{person.name} was added, and needs a sign-in link to come in.</Text>
      {invite.data === undefined ? (
        <Button mt={8} size="xs" variant="light" onClick={() => invite.mutate()} loading={invite.isPending}>
          Make a sign-in link
        </Button>
      ) : (
        <InviteLink link={invite.data} name={person.name} />
      )}
      {invite.error !== null && <Refusal error={invite.error} />}
    </output>
  );
}

function PersonRow({ person, self, may }: { person: Person; self: boolean; may: ReadonlySet<Permission> }) {
  const params = { personId: person.id };
  const seat = usePeopleChange((client) => client.call(personRoutes.change, { params, body: { seated: !person.seated } }));
  const role = usePeopleChange((client, asked: Role) => client.call(personRoutes.change, { params, body: { role: asked } }));
  const invite = usePeopleChange((client) => client.call(personRoutes.invite, { params }));
  const deactivate = usePeopleChange((client) => client.call(personRoutes.deactivate, { params }));
  const erase = usePeopleChange((client) => client.call(personRoutes.erase, { params }));
  const error = seat.error ?? role.error ?? invite.error ?? deactivate.error ?? erase.error;
  /** What went wrong before is no answer to what is asked now. */
  const anew = (ask: () => void): void => {
    for (const earlier of [seat, role, invite, deactivate, erase]) if (earlier.isError) earlier.reset();
    ask();
  };
  return (
    <li data-inactive={!person.active}>
      <div className="row-words">
        <Text size="sm" fw={560} truncate>
          {person.name} {self && <span className="hint">you</span>}
        </Text>
        <Text size="xs" c="dimmed" truncate>
          {(may.has('person:update') && person.active ? [person.email] : [roleNames[person.role], person.email]).filter(Boolean).join(' · ')}
        </Text>
      </div>
      {person.active ? (
        <div className="row-actions">
          {may.has('person:update') && (
            <NativeSelect className="role-choice" size="xs" variant="unstyled" aria-label={`Role of ${person.name}`} data={roleChoices} value={person.role} onChange={(event) => { const asked = event.currentTarget.value as Role; anew(() => role.mutate(asked)); }} disabled={role.isPending} />
          )}
          <Switch size="sm" label="Seat" aria-label={`Seat of ${person.name}`} checked={person.seated} onChange={() => anew(seat.mutate)} disabled={!may.has('person:update') || seat.isPending} />
          {may.has('person:invite') && (
            <Button size="compact-sm" variant="subtle" onClick={() => anew(invite.mutate)} loading={invite.isPending} aria-label={`Sign-in link for ${person.name}`}>
              Sign-in link
            </Button>
          )}
          {may.has('person:deactivate') && !self && <SureButton label="Deactivate" about={person.name} busy={deactivate.isPending} onSure={() => anew(deactivate.mutate)} />}
        </div>
      ) : (
        <div className="row-actions">
          <Badge variant="light" color="gray">
            Inactive
          </Badge>
          {may.has('person:erase') && person.email !== '' && <SureButton label="Erase" about={person.name} consequence="Name and e-mail address are erased for good, here and in the audit log. Ledger and log keep the id, which names nobody any more." busy={erase.isPending} onSure={() => anew(erase.mutate)} />}
        </div>
      )}
      {invite.data !== undefined && <InviteLink link={invite.data} name={person.name} />}
      {error !== null && <Refusal error={error} />}
    </li>
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

