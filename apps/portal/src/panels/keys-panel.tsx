import { Button, Skeleton, Text, TextInput } from '@mantine/core';
import { apiKeyRoutes, type ApiKey } from '@flux-context/contracts';
import { CopyField, dateInWords, useClient } from '@flux-context/ui';
import { IconCheck, IconCopy, IconKey } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Refusal } from './refusal.js';
import { SureButton } from './sure-button.js';

const key = [apiKeyRoutes.list.id];

/** The caller's own API keys: a new one, shown once, and the end of old ones. */
export function KeysPanel() {
  const client = useClient();
  const { data, error } = useQuery({ queryKey: key, queryFn: () => client.call(apiKeyRoutes.list) });
  return (
    <div className="drawer">
      <Text size="sm" c="dimmed">
        For programs that edit in your name. A key can edit and read your balance, and ends after a year.
      </Text>
      <NewKey />
      {error !== null && <Refusal error={error} />}
      {data === undefined && error === null && <Skeleton height={120} />}
      {data?.apiKeys.length === 0 && (
        <div className="drawer-empty">
          <IconKey size={28} stroke={1.4} aria-hidden="true" />
          <Text size="sm">No keys yet</Text>
        </div>
      )}
      <ul className="rows">
        {data?.apiKeys.map((apiKey) => (
          <KeyRow key={apiKey.id} apiKey={apiKey} />
        ))}
      </ul>
    </div>
  );
}

function NewKey() {
  const client = useClient();
  const queries = useQueryClient();
  const [label, setLabel] = useState('');
  const create = useMutation({
    mutationFn: () => client.call(apiKeyRoutes.create, { body: { label } }),
    onSuccess: () => {
      setLabel('');
      return queries.invalidateQueries({ queryKey: key });
    },
  });
  return (
    <>
      <form className="inline-form" onSubmit={(event) => (event.preventDefault(), create.mutate())}>
        <TextInput label="What is it for?" placeholder="Nightly product photos" value={label} onChange={(event) => setLabel(event.currentTarget.value)} maxLength={100} required flex={1} />
        <Button type="submit" loading={create.isPending} disabled={label.trim() === ''}>
          Create key
        </Button>
      </form>
      {create.error !== null && <Refusal error={create.error} />}
      {create.data !== undefined && (
        <output className="row-wide">
          <Text size="sm" fw={600} mb={6}>
            Copy it now: it is shown this once
          </Text>
          <CopyField label="API key" value={create.data.secret} icon={<IconCopy size={18} />} doneIcon={<IconCheck size={18} />} />
        </output>
      )}
    </>
  );
}

function KeyRow({ apiKey }: { apiKey: ApiKey }) {
  const client = useClient();
  const queries = useQueryClient();
  const revoke = useMutation({
    mutationFn: () => client.call(apiKeyRoutes.revoke, { params: { apiKeyId: apiKey.id } }),
    onSuccess: () => queries.invalidateQueries({ queryKey: key }),
  });
  return (
    <li>
      <div className="row-words">
        <Text size="sm" fw={560} truncate>
          {apiKey.label} <span className="hint">…{apiKey.hint}</span>
        </Text>
        <Text size="xs" c="dimmed">
          {apiKey.lastUsedAt === null ? 'Never used' : `Used ${dateInWords(apiKey.lastUsedAt)}`} · {apiKey.expiresAt === null ? 'does not expire' : `until ${dateInWords(apiKey.expiresAt)}`}
        </Text>
        {revoke.error !== null && <Refusal error={revoke.error} />}
      </div>
      <SureButton label="Revoke" about={apiKey.label} busy={revoke.isPending} onSure={() => revoke.mutate()} />
    </li>
  );
}
