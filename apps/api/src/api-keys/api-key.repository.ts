import { Injectable } from '@nestjs/common';
import type { Tx } from '../database/index.js';
import { ApiKeyRow } from './api-key.entity.js';

@Injectable()
export class ApiKeyRepository {
  async findBySecret(reader: Tx, secretHash: Buffer): Promise<ApiKeyRow | undefined> {
    return (await reader.findOneBy(ApiKeyRow, { secretHash })) ?? undefined;
  }

  async find(reader: Tx, apiKeyId: string): Promise<ApiKeyRow | undefined> {
    return (await reader.findOneBy(ApiKeyRow, { id: apiKeyId })) ?? undefined;
  }

  async listOf(reader: Tx, personId: string): Promise<ApiKeyRow[]> {
    return reader.find(ApiKeyRow, { where: { personId }, order: { createdAt: 'ASC', id: 'ASC' } });
  }

  async insert(tx: Tx, row: ApiKeyRow): Promise<void> {
    await tx.insert(ApiKeyRow, row);
  }

  /** False when the person has no such key. */
  async remove(tx: Tx, personId: string, apiKeyId: string): Promise<boolean> {
    const { affected } = await tx.delete(ApiKeyRow, { id: apiKeyId, personId });
    return affected === 1;
  }

  async removeAllOf(tx: Tx, personId: string): Promise<string[]> {
    const [removed] = await tx.query<[{ id: string }[], number]>(`delete from api_keys where person_id = $1 returning id`, [personId]);
    return removed.map(({ id }) => id);
  }

  async removeLocal(tx: Tx): Promise<string[]> {
    const [removed] = await tx.query<[{ id: string }[], number]>(`delete from api_keys where local returning id`);
    return removed.map(({ id }) => id);
  }

  async touch(writer: Tx, apiKeyId: string): Promise<void> {
    await writer.query(`update api_keys set last_used_at = now() where id = $1`, [apiKeyId]);
  }
}
