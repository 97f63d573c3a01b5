/**
 * The signed deletion receipt of each edit: issued in the transaction that erases the edit, together with the audit event that
 * carries its hash. It says what was observed and nothing else; it must never see a picture, a word or a nonce.
 */
export type { ErasedEdit } from './erased-edit.js';
export { ReceiptService } from './receipt.service.js';
export { ReceiptsModule } from './receipts.module.js';
