import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { EditState, Engine, ErrorCode, Isolation, Timings } from '@flux-context/contracts';

/** One edit: ids, states and times. Never content, sizes of more than the upload, or anything that opens a parcel. */
@Entity({ name: 'edits' })
export class EditRow {
  @PrimaryColumn({ type: 'text' })
  id!: string;

  @Column({ type: 'text', name: 'person_id' })
  personId!: string;

  @Column({ type: 'text', name: 'api_key_id', nullable: true })
  apiKeyId!: string | null;

  @Column({ type: 'text', name: 'holder_id' })
  holderId!: string;

  @Column({ type: 'text' })
  pool!: string;

  @Column({ type: 'text' })
  engine!: Engine;

  @Column({ type: 'boolean' })
  private!: boolean;

  @Column({ type: 'text' })
  state!: EditState;

  @Column({ type: 'text', nullable: true })
  code!: ErrorCode | null;

  @Column({ type: 'bigint', name: 'source_bytes' })
  sourceBytes!: string;

  @Column({ type: 'text', nullable: true })
  isolation!: Isolation | null;

  @Column({ type: 'text', name: 'model_id', nullable: true })
  modelId!: string | null;

  @Column({ type: 'text', name: 'model_licence', nullable: true })
  modelLicence!: string | null;

  @Column({ type: 'text', nullable: true })
  build!: string | null;

  @Column({ type: 'boolean', name: 'sandbox_ended' })
  sandboxEnded!: boolean;

  /** HMACs of picture and result under the edit's nonce, which no row has. */
  @Column({ type: 'bytea', name: 'input_hmac', nullable: true })
  inputHmac!: Buffer | null;

  @Column({ type: 'bytea', name: 'output_hmac', nullable: true })
  outputHmac!: Buffer | null;

  @Column({ type: 'jsonb', nullable: true })
  timings!: Timings | null;

  @Column({ type: 'timestamptz', name: 'created_at' })
  createdAt!: Date;

  @Column({ type: 'timestamptz' })
  deadline!: Date;

  @Column({ type: 'timestamptz', name: 'settled_at', nullable: true })
  settledAt!: Date | null;

  @Column({ type: 'timestamptz', name: 'delivered_at', nullable: true })
  deliveredAt!: Date | null;

  @Column({ type: 'timestamptz', name: 'erased_at', nullable: true })
  erasedAt!: Date | null;
}
