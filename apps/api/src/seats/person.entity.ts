import type { Role } from '@flux-context/contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('people')
export class PersonRow {
  @PrimaryColumn({ type: 'text' })
  id!: string;

  @Column({ type: 'text' })
  name!: string;

  @Column({ type: 'text' })
  email!: string;

  @Column({ type: 'text' })
  role!: Role;

  @Column({ type: 'boolean' })
  seated!: boolean;

  @Column({ type: 'boolean' })
  active!: boolean;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;
}
