import { Text } from '@mantine/core';
import type { Limits } from '@flux-context/contracts';
import { bytesInWords } from '@flux-context/ui';
import { formatsInWords } from '../edit/intake.js';
import { Facts } from './facts.js';

/** What this appliance takes, in words; the figures are the appliance's own. */
export function LimitsPanel({ limits }: { limits: Limits | undefined }) {
  if (limits === undefined) return <Text size="sm">The limits are not known here; they are read for who may edit.</Text>;
  const count = (value: number): string => value.toLocaleString('en');
  const rows: readonly (readonly [string, string])[] = [
    ['Picture formats', formatsInWords(limits.sourceFormats)],
    ['Picture file', `up to ${bytesInWords(limits.pictureBytesMax)}; a larger one is made smaller in this browser`],
    ['Picture size', `up to ${count(limits.picturePixelsMax)} pixels, width times height`],
    ['References', `up to ${count(limits.referencesMax)} pictures beside it`],
    ['Instruction', `up to ${count(limits.instructionLengthMax)} characters`],
    ['Time for an edit', `${count(limits.deadlineSeconds)} seconds; one that takes longer fails and is not charged`],
    ['Result kept', `${count(limits.redeliverySeconds)} seconds at most, for when the connection breaks`],
    ['Image models', limits.models.length === 0 ? 'none loaded; exact edits only' : limits.models.map(({ id }) => id).join(', ')],
  ];
  return (
    <div className="drawer">
      <Facts rows={rows} />
      <Text size="xs" c="dimmed">
        When too much is asked at once, the answer says how long to wait.
      </Text>
    </div>
  );
}
