import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A receipt as it was signed. One per edit, and no content in it. */
@Entity('receipts')
export class ReceiptRow {
  @PrimaryColumn({ name: 'edit_id', type: 'text' })
  editId!: string;

  /** The audit event that carries its hash. */
  @Column({ name: 'event_id', type: 'text' })
  eventId!: string;

  /** The text that was signed, as `receiptText` writes it. */
  @Column({ type: 'text' })
  body!: string;

  @Column({ type: 'text' })
  signature!: string;

  @Column({ name: 'issued_at', type: 'timestamptz' })
  issuedAt!: Date;
}
