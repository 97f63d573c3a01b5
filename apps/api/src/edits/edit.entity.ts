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
