import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

@Entity('audit_outbox')
export class AuditOutboxRow {
  @PrimaryGeneratedColumn({ type: 'bigint' })
  id!: string;

  @Column({ name: 'event_id', type: 'text' })
  eventId!: string;

  @Column({ type: 'text' })
  name!: string;

  @Column({ name: 'actor_kind', type: 'text' })
  actorKind!: 'person' | 'system';

  @Column({ name: 'actor_id', type: 'text', nullable: true })
  actorId!: string | null;

  @Column({ type: 'bytea' })
  body!: Buffer;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;
}
