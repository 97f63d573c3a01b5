import { Alert, Button, CloseButton, Group, Progress as Bar, Text } from '@mantine/core';
import { IconAlertTriangle, IconInfoCircle } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { progressInWords, progressShare } from './progress-words.js';
import type { Progress } from './run-edit.js';
import type { Remark } from './remark.js';
import type { Trouble } from './trouble.js';

/** What is happening to the picture, with the way out. */
export function ProgressCard({ progress, onCancel }: { progress: Progress; onCancel: () => void }) {
  const words = progressInWords(progress);
  return (
    <div className="run-card">
      <div className="run-words">
        <Text size="sm" fw={560}>
          {words}
        </Text>
        <Button size="compact-sm" variant="default" onClick={onCancel}>
          Cancel
        </Button>
      </div>
      <Bar aria-label={words} value={Math.round(progressShare(progress) * 100)} size={5} mt={8} animated={progress.phase === 'working' || progress.phase === 'waiting'} />
    </div>
  );
}

/** Why an edit did not happen, and the way on. */
export function TroubleCard({ trouble, onAgain, onDismiss, onLimits }: { trouble: Trouble; onAgain: () => void; onDismiss: () => void; onLimits: () => void }) {
  const wait = useCountdown(trouble);
  return (
    <Alert className="run-card" role="alert" color="red" variant="default" icon={<IconAlertTriangle />}>
      <Group justify="space-between" wrap="nowrap" align="start" gap="xs">
        <div>
          <Text size="sm" fw={600}>
            {trouble.title}
          </Text>
          {trouble.advice !== undefined && (
            <Text size="sm" c="dimmed" mt={2}>
              {trouble.advice}
            </Text>
          )}
        </div>
        <CloseButton aria-label="Close this message" onClick={onDismiss} />
      </Group>
      {trouble.aboutLimit === true && (
        <Button mt="xs" mr="xs" size="xs" variant="default" onClick={onLimits}>
          See all limits
        </Button>
      )}
      {trouble.again !== undefined && (
        <Button mt="xs" size="xs" variant="light" onClick={onAgain} disabled={wait > 0}>
          {wait > 0 ? `Try again in ${wait} s` : 'Try again'}
        </Button>
      )}
    </Alert>
  );
}

/** What is worth knowing of an edit that went well. Its title is also said to ears with the end of the edit. */
export function RemarkCard({ remark, onDismiss }: { remark: Remark; onDismiss: () => void }) {
  return (
    <Alert className="run-card" role="note" variant="default" icon={<IconInfoCircle />}>
      <Group justify="space-between" wrap="nowrap" align="start" gap="xs">
        <div>
          <Text size="sm" fw={600}>
            {remark.title}
          </Text>
          <Text size="sm" c="dimmed" mt={2}>
            {remark.advice}
          </Text>
        </div>
        <CloseButton aria-label="Close this message" onClick={onDismiss} />
      </Group>
    </Alert>
  );
}

/** Seconds until trying again can help, counting down. */
function useCountdown(trouble: Trouble): number {
  const [since, setSince] = useState({ trouble, wait: trouble.again?.afterSeconds ?? 0 });
  if (since.trouble !== trouble) setSince({ trouble, wait: trouble.again?.afterSeconds ?? 0 });
  useEffect(() => {
    if (since.wait <= 0) return undefined;
    const timer = setTimeout(() => setSince((now) => ({ ...now, wait: now.wait - 1 })), 1_000);
    return () => clearTimeout(timer);
  }, [since]);
  return since.wait;
}
