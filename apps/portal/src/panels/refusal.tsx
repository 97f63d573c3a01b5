import { Text } from '@mantine/core';

/** Why a small action did not happen, below where it was asked for. The client's errors are sentences for people. */
export function Refusal({ error }: { error: Error }) {
  return (
    <Text size="sm" c="red" role="alert">
      {error.message}
    </Text>
  );
}
