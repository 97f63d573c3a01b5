import { Alert, Button, CloseButton, Group, Progress as Bar, Text } from '@mantine/core';
import { IconAlertTriangle, IconEqual } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { progressInWords, progressShare } from './progress-words.js';
import type { Progress } from './run-edit.js';
import type { Trouble } from './trouble.js';
import type { Run } from './use-run.js';

/** What the edit says above the sentence: where it is, why it did not happen, or that nothing came of it. */
export const RunCards = ({ run }: { run: Run }) => (
  <>
    {run.progress !== undefined && <ProgressCard progress={run.progress} onCancel={run.cancel} />}
    {run.unchanged && <UnchangedCard onDismiss={run.dismiss} />}
    {run.trouble !== undefined && <TroubleCard trouble={run.trouble} onAgain={run.again} onDismiss={run.dismiss} />}
  </>
);

/** What is happening to the picture, with the way out. */
function ProgressCard({ progress, onCancel }: { progress: Progress; onCancel: () => void }) {
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
function TroubleCard({ trouble, onAgain, onDismiss }: { trouble: Trouble; onAgain: () => void; onDismiss: () => void }) {
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
      {trouble.again !== undefined && (
        <Button mt="xs" size="xs" variant="light" onClick={onAgain} disabled={wait > 0}>
          {wait > 0 ? `Try again in ${wait} s` : 'Try again'}
        </Button>
      )}
    </Alert>
  );
}

/** A model was asked and changed nothing: that looks like a fault unless somebody says it. */
function UnchangedCard({ onDismiss }: { onDismiss: () => void }) {
  return (
    <Alert className="run-card" role="none" variant="default" icon={<IconEqual />}>
      <Group justify="space-between" wrap="nowrap" align="start" gap="xs">
        <output>
          <Text size="sm" fw={600}>
            The image model changed nothing
          </Text>
          <Text size="sm" c="dimmed" mt={2}>
            It used one edit all the same. Undo, then say it in other words, name the place, or mark it with the brush.
          </Text>
        </output>
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
