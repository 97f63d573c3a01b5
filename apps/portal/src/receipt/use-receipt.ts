import { type ReceiptDocument, receiptRoutes } from '@flux-context/contracts';
import { ProblemError, useClient } from '@flux-context/ui';
import { useQuery } from '@tanstack/react-query';
import type { Turn } from '../canvas/timeline.js';
import { checkReceipt, type Findings } from './check-receipt.js';

const askEveryMs = 2_000;
/** Two minutes: longer than the redelivery window, should this tab's wish to erase have been lost. */
const asksMax = 60;

export interface Received {
  readonly document: ReceiptDocument;
  readonly findings: Findings;
}

const isNotReady = (error: Error): boolean => error instanceof ProblemError && (error.code === 'receipt.not_ready' || error.code === 'connection.lost');

/** The receipt of a turn, checked in this browser. Asks until the log has signed the erasure. */
export function useReceipt({ edit, picture }: Turn): { readonly received: Received | undefined; readonly error: Error | null } {
  const client = useClient();
  const { data, error } = useQuery({
    queryKey: [receiptRoutes.receipt.id, edit.id],
    queryFn: async ({ signal }) => {
      const document = await client.call(receiptRoutes.receipt, { params: { editId: edit.id }, signal });
      return { document, findings: await checkReceipt(document, { nonce: edit.receiptNonce, sent: edit.sent, result: picture.blob }) };
    },
    retry: (failures, failure) => failures < asksMax && isNotReady(failure),
    retryDelay: askEveryMs,
    staleTime: Infinity,
    gcTime: Infinity,
  });
  return { received: data, error };
}

/** The receipt as a file, with the nonce beside it: `flux verify receipt` takes it as it is. */
export function receiptFile({ document }: Received, nonce: string | undefined): Blob {
  return new Blob([`${JSON.stringify({ ...document, ...(nonce === undefined ? {} : { nonce }) }, undefined, 2)}\n`], { type: 'application/json' });
}
