import { Alert, Text, Title } from '@mantine/core';
import { Logo } from '@flux-context/ui';
import { IconAlertTriangle } from '@tabler/icons-react';

/** What a stranger sees: what this is, and how to get in. */
export function SignedOut({ trouble }: { trouble: string | undefined }) {
  return (
    <main className="door">
      <div className="door-card">
        <Logo size={52} />
        <Title order={1} size="h2" mt="md">
          Flux Context
        </Title>
        <Text c="dimmed" mt={4}>
          Say what should change. Get the picture back.
        </Text>
        {trouble !== undefined && (
          <Alert role="alert" color="red" variant="light" mt="lg" icon={<IconAlertTriangle />} title="That did not work">
            {trouble}
          </Alert>
        )}
        <div className="door-steps">
          <Title order={2} size="h5">
            How to sign in
          </Title>
          <ol>
            <li>Ask an administrator of your organisation for a sign-in link.</li>
            <li>Open the link on this device. It works once, for 15 minutes.</li>
          </ol>
          <Text size="sm" c="dimmed">
            Just installed? The first administrator’s link is printed in the terminal that started the appliance.
          </Text>
        </div>
        <Text size="sm" c="dimmed" mt="lg">
          Runs on your organisation’s own hardware. Pictures stay in-house.
        </Text>
      </div>
    </main>
  );
}
