import { createPublicKey, verify } from 'node:crypto';
import { newId } from '@flux-context/contracts';
import { type LogReport, type NoteKey, parseNoteKey, type TileAt, TreeError, tilePath, verifyLog } from '@flux-context/tree';
import type { INestApplication } from '@nestjs/common';
import request from 'supertest';
import type { App } from 'supertest/types.js';
import { AuditLogModule, AuditModule, AuditService } from '../audit/index.js';
import { sha256 } from '../audit/note-signer.js';
import { Sequencer } from '../audit/sequencer.js';
import { Transactions } from '../database/index.js';
import { as, roomOf } from './room.js';

/** For specs: reads and verifies the log by its doors, as somebody whom these headers make known. */
export function logReader(server: App, headers: Readonly<Record<string, string>>) {
  const get = (path: string) => request(server).get(`/v1/admin/audit/${path}`).set(headers).responseType('blob');
  const read = async (path: string): Promise<Buffer> => {
    const { status, body } = await get(path);
    if (status !== 200) throw new TreeError(`${path} was answered ${status}`);
    return body as Buffer;
  };
  const key = async (): Promise<NoteKey> => parseNoteKey(sha256, (await read('key')).toString('utf8').trim());
  const source = { checkpoint: async () => (await read('checkpoint')).toString('utf8'), tile: (at: TileAt) => read(tilePath(at)), minimum: async () => Number((await read('minimum')).toString('utf8')) };
  return {
    get,
    key,
    checkpoint: source.checkpoint,
    async verify(earlier?: string): Promise<LogReport> {
      return verifyLog({ source, key: await key(), sha256, verify: verifyEd25519, ...(earlier !== undefined && { earlier }) });
    },
  };
}

/** For specs, once its sequencer works only when it is told to: signs what is there now, whatever the time since the last checkpoint. */
export async function signNow(app: INestApplication): Promise<void> {
  await app.get(Transactions).run(async (tx) => {
    await tx.query('alter table audit_checkpoints disable trigger append_only');
    await tx.query(`update audit_checkpoints set signed_at = signed_at - interval '1 hour'`);
    await tx.query('alter table audit_checkpoints enable always trigger append_only');
  });
  await app.get(Sequencer, { strict: false }).turn();
}

/** For specs: the log on a database of its own, read by its doors as an auditor does. Its sequencer works when it is told to. */
export async function auditLogRoom(options: { readonly poolMax?: number } = {}) {
  const room = await roomOf([AuditModule, AuditLogModule], options);
  await room.app.get(Sequencer).onApplicationShutdown();
  return {
    ...room,
    ...logReader(room.app.getHttpServer() as App, as('auditor', newId('person'))),
    audit: room.app.get(AuditService),
    sequencer: room.app.get(Sequencer),
    sign: () => signNow(room.app),
  };
}
export type AuditLogRoom = Awaited<ReturnType<typeof auditLogRoom>>;

export const verifyEd25519 = (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean =>
  verify(null, message, createPublicKey({ key: Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), publicKey]), format: 'der', type: 'spki' }), signature);
