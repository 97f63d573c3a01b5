/** Addresses under which another API process asks for an edit of this holder. It has checked whose edit it is. */
export const peerPaths = {
  edit: (editId: string) => `/internal/peer/edits/${editId}`,
  events: (editId: string) => `/internal/peer/edits/${editId}/events`,
  result: (editId: string) => `/internal/peer/edits/${editId}/result`,
  /** As `result`, after the edit has ended. */
  ended: (editId: string) => `/internal/peer/edits/${editId}/ended`,
} as const;

/** On a result: what its owner is to be given for the receipt. */
export const nonceHeader = 'x-receipt-nonce';
