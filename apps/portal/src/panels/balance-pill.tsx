import { Popover, Text, UnstyledButton } from '@mantine/core';
import { quotaRoutes, type Balance, type GrantKind } from '@flux-context/contracts';
import { countInWords, dateInWords, useClient } from '@flux-context/ui';
import { IconBolt } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';

const grantWords: Readonly<Record<GrantKind, { name: string; why: string }>> = {
  trial: { name: 'Trial', why: 'Yours to try, without a seat' },
  monthly: { name: 'Monthly allowance', why: 'New each month' },
  pack: { name: 'Pack', why: 'Bought once' },
  uplift: { name: 'Uplift', why: 'Added as editing became faster' },
  goodwill: { name: 'Goodwill', why: 'Given back for what was not delivered' },
};

/** Edits left, always in sight; a click explains where they come from. */
export function BalancePill() {
  const client = useClient();
  const { data } = useQuery({ queryKey: [quotaRoutes.balance.id], queryFn: () => client.call(quotaRoutes.balance), refetchOnWindowFocus: true });
  if (data === undefined) return <span className="pill" aria-hidden="true" />;
  const words = `${countInWords(data.available, 'edit')} left`;
  return (
    <Popover width={340} position="bottom-end" trapFocus returnFocus>
      <Popover.Target>
        <UnstyledButton className="pill" data-empty={data.available === 0} aria-label={`${words}. Explain`}>
          <IconBolt size={16} aria-hidden="true" />
          <span className="figures">{data.available.toLocaleString('en')}</span>
          <span className="pill-words">{data.available === 1 ? 'edit left' : 'edits left'}</span>
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown>
        <BalanceDetails balance={data} words={words} />
      </Popover.Dropdown>
    </Popover>
  );
}

function BalanceDetails({ balance, words }: { balance: Balance; words: string }) {
  return (
    <div className="balance">
      <Text fw={620}>{words}</Text>
      <Text size="xs" c="dimmed">
        {balance.account === 'organisation' ? 'Shared by everybody with a seat in your organisation.' : 'Your own; you have no seat yet. An administrator can give you one.'}
        {balance.pending > 0 && ` ${countInWords(balance.pending, 'more is', 'more are')} set aside for edits that run now.`}
      </Text>
      <ul>
        {balance.grants.map((grant) => (
          <li key={grant.id}>
            <div>
              <Text size="sm">{grantWords[grant.kind].name}</Text>
              <Text size="xs" c="dimmed">
                {grantWords[grant.kind].why} · {grant.expiresAt === null ? 'does not expire' : `until ${dateInWords(grant.expiresAt)}`}
              </Text>
            </div>
            <Text size="sm" className="figures">
              {grant.remaining.toLocaleString('en')}
              <span className="of"> of {grant.amount.toLocaleString('en')}</span>
            </Text>
          </li>
        ))}
      </ul>
      <Text size="xs" c="dimmed">
        One finished edit uses one, however much it does. One that fails or is cancelled uses none. What expires first is used first.
      </Text>
    </div>
  );
}
