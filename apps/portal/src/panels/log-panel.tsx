import { Alert, Button, FileButton, Group, Progress, Text } from '@mantine/core';
import { describeFault, TreeError } from '@flux-context/tree';
import { countInWords, ProblemError, useClient } from '@flux-context/ui';
import { IconAlertTriangle, IconDownload, IconListCheck, IconShieldCheck } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { downloadAs } from '../edit/save.js';
import { checkLog, EarlierCheckpointError, type LogCheck } from '../receipt/check-log.js';
import { Facts } from './facts.js';

/** For who may read the log: computes it anew in this browser and says what is not as it was signed. */
export function LogPanel() {
  const client = useClient();
  const [part, setPart] = useState(0);
  const [earlier, setEarlier] = useState<File>();
  const check = useMutation({
    mutationFn: () => checkLog(client, { onProgress: (entries, size) => setPart(entries / size), earlier }),
    onMutate: () => setPart(0),
  });
  const choose = (file: File | null): void => {
    setEarlier(file ?? undefined);
    check.reset();
  };
  return (
    <div className="drawer">
      <Text size="sm" c="dimmed">
        This browser reads every entry, computes the tree anew and compares it with what the log’s key has signed. A checkpoint that you kept from before also shows whether entries were cut off or history was written
        anew.
      </Text>
      <Group gap="xs">
        <Button leftSection={<IconListCheck size={18} />} loading={check.isPending} onClick={() => check.mutate()}>
          Check the log
        </Button>
        <FileButton onChange={choose} disabled={check.isPending}>
          {(props) => (
            <Button {...props} variant="default">
              {earlier === undefined ? 'Compare with an earlier checkpoint file…' : earlier.name}
            </Button>
          )}
        </FileButton>
      </Group>
      {check.isPending && <Progress aria-label="Reading the log" value={Math.round(part * 100)} size={5} />}
      {check.error !== null && <Unchecked error={check.error} />}
      {check.data !== undefined && <Checked {...check.data} />}
    </div>
  );
}

function Unchecked({ error }: { error: Error }) {
  if (error instanceof EarlierCheckpointError) {
    return (
      <Alert color="red" variant="light" role="alert" icon={<IconAlertTriangle />} title="This file is no checkpoint of this log">
        {error.message} The log was not checked.
      </Alert>
    );
  }
  const damaged = error instanceof TreeError;
  return (
    <Alert color="red" variant="light" role="alert" icon={<IconAlertTriangle />} title={damaged ? 'The log is not what was signed' : 'The log could not be checked'}>
      {damaged || error instanceof ProblemError ? error.message : 'This browser cannot check the signature. Use flux verify log instead.'}
    </Alert>
  );
}

function Checked({ report: { checkpoint, minimum, faults }, checkpoint: note, verifierKey, compared }: LogCheck) {
  const size = countInWords(checkpoint.size, 'entry', 'entries');
  const facts: [string, string][] = [['Log', checkpoint.origin], ['Entries', checkpoint.size.toLocaleString('en')], ['Key', verifierKey]];
  if (minimum > 0) facts.splice(2, 0, ['Let go', `those before ${minimum.toLocaleString('en')}, their time was over; hashes only`]);
  return (
    <>
      {faults.length === 0 ? (
        <output>
          <Alert color="spruce" variant="light" role="none" icon={<IconShieldCheck />} title={`${size}, all as they were signed`}>
            {compared ? 'The log goes on from the checkpoint that you gave.' : 'Keep the checkpoint, and compare the next check with it: only so is it seen when entries are cut off.'}
          </Alert>
        </output>
      ) : (
        <Alert color="red" variant="light" role="alert" icon={<IconAlertTriangle />} title="The log is not what was signed">
          <ul className="faults">
            {faults.map((fault) => (
              <li key={JSON.stringify(fault)}>{describeFault(fault)}</li>
            ))}
          </ul>
        </Alert>
      )}
      <Facts rows={facts} />
      <div>
        <Button fullWidth variant="default" leftSection={<IconDownload size={18} />} onClick={() => downloadAs(new Blob([note], { type: 'text/plain' }), `checkpoint-${checkpoint.size}.txt`)}>
          Download checkpoint
        </Button>
        <Text size="xs" c="dimmed" mt={8}>
          The key was taken from the log itself. Compare it with the one that you were given; or check from the terminal, with flux verify log.
        </Text>
      </div>
    </>
  );
}
