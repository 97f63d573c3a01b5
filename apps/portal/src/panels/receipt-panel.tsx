import { Alert, Button, Loader, Text } from '@mantine/core';
import type { DeletionReceipt } from '@flux-context/contracts';
import { IconAlertTriangle, IconCircleCheck, IconCircleDashed, IconDownload, IconShieldCheck } from '@tabler/icons-react';
import { useEditor } from '../canvas/editor-context.js';
import type { Turn } from '../canvas/timeline.js';
import { allHolds, type Findings, type Outcome } from '../receipt/check-receipt.js';
import { receiptFile, type Received, useReceipt } from '../receipt/use-receipt.js';
import { downloadAs } from '../edit/save.js';
import { Facts } from './facts.js';
import { Refusal } from './refusal.js';

/** The deletion receipt of the picture on the canvas. */
export function ReceiptPanel() {
  const { state } = useEditor();
  const turn = state.timeline?.turns[state.timeline.at - 1];
  return turn === undefined ? <Text size="sm">The original was only opened here; nothing was sent yet.</Text> : <ReceiptOf key={turn.id} turn={turn} />;
}

function ReceiptOf({ turn }: { turn: Turn }) {
  const { received, error } = useReceipt(turn);
  if (error !== null) return <Refusal error={error} />;
  if (received === undefined) return <Waiting />;
  return (
    <div className="drawer">
      <Verdict outcome={allHolds(received.findings)} />
      <Keeping received={received} nonce={turn.edit.receiptNonce} />
      <Checks findings={received.findings} />
      <FactsOf receipt={received.document.receipt} />
      <Words receipt={received.document.receipt} />
    </div>
  );
}

function Waiting() {
  return (
    <output className="drawer-empty">
      <Loader size="sm" aria-hidden="true" />
      <Text size="sm" ta="center" maw={280}>
        The appliance deletes its copy and writes that into its audit log. The receipt is there some seconds later.
      </Text>
    </output>
  );
}

const verdicts: Readonly<Record<Outcome, { readonly title: string; readonly color: string }>> = {
  holds: { title: 'Deleted, and the receipt holds', color: 'spruce' },
  broken: { title: 'This receipt does not hold', color: 'red' },
  unknown: { title: 'Deleted; this browser could not check everything', color: 'gray' },
};

function Verdict({ outcome }: { outcome: Outcome }) {
  const { title, color } = verdicts[outcome];
  return (
    <Alert color={color} variant="light" role={outcome === 'broken' ? 'alert' : 'status'} icon={outcome === 'broken' ? <IconAlertTriangle /> : <IconShieldCheck />} title={title}>
      {outcome === 'broken' ? 'Download it, and tell whoever is responsible for data protection.' : 'Checked in this browser, with the keys that came with the receipt.'}
    </Alert>
  );
}

function Checks({ findings: { signature, log, sent, result, place } }: { findings: Findings }) {
  const where = place === undefined ? '' : `, entry ${place.index.toLocaleString('en')} of ${place.size.toLocaleString('en')}`;
  const rows: readonly (readonly [Outcome, string, string, string])[] = [
    [signature, 'Signed by the appliance', 'Not what the appliance signed', 'This browser cannot check the signature'],
    [log, `In the signed audit log${where}`, 'Not in the audit log that it names', 'This browser cannot check the log'],
    [sent, 'About the picture that you sent', 'About another picture than you sent', 'What was sent is not known here any more'],
    [result, 'About the result on the canvas', 'About another result', 'The result is not known here any more'],
  ];
  return (
    <ul className="checks">
      {rows.map(([outcome, holds, broken, unknown]) => (
        <li key={holds} data-outcome={outcome}>
          {outcome === 'holds' ? <IconCircleCheck size={19} aria-hidden="true" /> : outcome === 'broken' ? <IconAlertTriangle size={19} aria-hidden="true" /> : <IconCircleDashed size={19} aria-hidden="true" />}
          {outcome === 'holds' ? holds : outcome === 'broken' ? broken : unknown}
        </li>
      ))}
    </ul>
  );
}

const clock = (iso: string): string => new Date(iso).toLocaleTimeString(undefined, { timeStyle: 'medium' });
const day = (iso: string): string => new Date(iso).toLocaleDateString(undefined, { dateStyle: 'long' });

function FactsOf({ receipt }: { receipt: DeletionReceipt }) {
  const facts: readonly (readonly [string, string])[] = [
    ['Day', day(receipt.acceptedAt)],
    ['Accepted', clock(receipt.acceptedAt)],
    ['Result ready', clock(receipt.settledAt)],
    ['Delivered', receipt.deliveredAt === null ? 'not read' : clock(receipt.deliveredAt)],
    ['Erased', clock(receipt.erasedAt)],
    ['Edited by', receipt.model === null ? `${receipt.engine} engine, no model` : `${receipt.model.id}, ${receipt.model.licence}`],
    ['Pool', receipt.pool],
    ['Sandbox', `${receipt.isolation}; its end was observed`],
    ['Build', receipt.build ?? 'not named'],
    ['Attestation', receipt.attestation],
    ['Edit', receipt.editId],
  ];
  return <Facts rows={facts} />;
}

function Words({ receipt }: { receipt: DeletionReceipt }) {
  return (
    <div className="prose">
      <Text size="sm" fw={600}>
        What it says
      </Text>
      <Text size="sm">{receipt.claims}</Text>
      <Text size="sm" fw={600} mt="sm">
        What it does not claim
      </Text>
      <Text size="sm">{receipt.doesNotClaim}</Text>
    </div>
  );
}

function Keeping({ received, nonce }: { received: Received; nonce: string | undefined }) {
  return (
    <div>
      <Button fullWidth variant="default" leftSection={<IconDownload size={18} />} onClick={() => downloadAs(receiptFile(received, nonce), `receipt-${received.document.receipt.editId.slice(-8)}.json`)}>
        Download receipt
      </Button>
      <Text size="xs" c="dimmed" mt={8}>
        The file also holds the secret that ties it to your two pictures; who has it and a picture can tell that they belong together. This tab forgets it when it is closed. Check it anywhere, without the appliance: flux verify receipt.
      </Text>
    </div>
  );
}
