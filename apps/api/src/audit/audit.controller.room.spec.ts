import { auditEntry, newId, type AuditEntry } from '@flux-context/contracts';
import { parseCheckpoint, openNote, parseEntryProof, verifyInclusion } from '@flux-context/tree';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import type { App } from 'supertest/types.js';
import { type AuditLogRoom, auditLogRoom, verifyEd25519 } from '../testing/audit-log.js';
import { as } from '../testing/room.js';
import { hashing, sha256 } from './note-signer.js';

const size = 600;
let room: AuditLogRoom;
beforeAll(async () => {
  room = await auditLogRoom();
  await room.transactions.run(async (tx) => {
    for (let i = 0; i < size; i += 1) await room.audit.append(tx, 'person.deactivated', { subject: newId('person') }, { kind: 'system' });
  });
  await room.sequencer.turn();
});
afterAll(() => room.close());

const get = (path: string) => request(room.app.getHttpServer() as App).get(`/v1/admin/audit/${path}`);
const asAuditor = (path: string) => get(path).set(as('auditor', newId('person')));
const doors = ['checkpoint', 'key', 'minimum', 'tile/0/000', 'tile/entries/000', 'entries/0'];

describe('the log for auditors', () => {
  it.each(doors)('401 without a principal, 403 for a member, and no storing: %s', async (path) => {
    expect((await get(path)).status).toBe(401);
    expect((await get(path).set(as('member', newId('person')))).status).toBe(403);
    const { status, headers } = await asAuditor(path);
    expect([status, headers['cache-control']]).toEqual([200, 'no-store']);
  });

  it('proves one entry offline, with the key alone', async () => {
    const key = await room.key();
    for (const index of [0, 255, 256, 599]) {
      const { entry, proof } = auditEntry.parse((await asAuditor(`entries/${index}`)).body) satisfies AuditEntry;
      const { path, checkpoint, index: proved } = parseEntryProof(proof);
      const head = parseCheckpoint(await openNote(sha256, checkpoint, key, verifyEd25519));
      expect([proved, head.size, head.origin]).toEqual([index, size, 'appliance.local/audit']);
      expect(verifyInclusion(hashing, hashing.leaf(Buffer.from(entry)), index, head, path)).toBe(true);
      expect(JSON.parse(entry)).toMatchObject({ name: 'person.deactivated', version: 1 });
    }
  });

  it('serves a narrower tile as the beginning of the wider one', async () => {
    const whole = (await room.get('tile/0/002.p/88')).body as Buffer;
    const part = (await room.get('tile/0/002.p/20')).body as Buffer;
    expect([whole.length, part.length]).toEqual([88 * 32, 20 * 32]);
    expect(whole.subarray(0, 20 * 32).equals(part)).toBe(true);
    expect(((await room.get('tile/1/000.p/2')).body as Buffer).length).toBe(64);
  });

  it.each(['entries/600', 'tile/0/002', 'tile/0/002.p/89', 'tile/0/003.p/1', 'tile/1/000', 'tile/2/000.p/1', 'tile/entries/002', 'tile/entries/003.p/1', 'tile/0/2', 'tile/0/000/', 'tile/x', 'tile/00/000', 'tile/entries/x001/x234/067'])('404 at %s', async (path) => {
    const { status, body } = await asAuditor(path);
    expect([status, (body as { code?: string }).code]).toEqual([404, 'audit.not_found']);
  });

  it.each(['entries/-1', 'entries/x', 'entries/9007199254740993', `tile/${'0'.repeat(65)}`])('400 at %s', async (path) => {
    expect((await asAuditor(path)).status).toBe(400);
  });
});

describe('a superuser who switches the triggers off', () => {
  const tamper = async (statement: string) => {
    for (const table of ['audit_outbox', 'audit_entries', 'audit_tiles', 'audit_checkpoints']) await room.transactions.manager.query(`alter table ${table} disable trigger all`);
    await room.transactions.manager.query(statement);
  };

  const rewritten = [{ kind: 'rewritten', earlierSize: size }, { kind: 'tile', path: 'tile/1/000.p/2' }, { kind: 'root' }];

  it('is found: by the entry that he changed, whatever he does to the tiles', async () => {
    const earlier = await room.checkpoint();
    expect((await room.verify(earlier)).faults).toEqual([]);
    await tamper(`update audit_outbox set body = replace(convert_from(body, 'utf8'), 'per_0', 'per_1')::bytea where id = (select outbox_id from audit_entries where index = 300)`);
    expect((await room.verify(earlier)).faults).toEqual([{ kind: 'entry', index: 300 }, ...rewritten]);
    const forged = Buffer.from(hashing.leaf(((await room.transactions.manager.query<{ body: Buffer }[]>('select body from audit_outbox join audit_entries on outbox_id = id where index = 300'))[0]!).body)).toString('hex');
    await tamper(`update audit_tiles set hashes = overlay(hashes placing decode('${forged}', 'hex') from ${44 * 32 + 1}) where level = 0 and index = 1`);
    expect((await room.verify(earlier)).faults).toEqual(rewritten);
  });
});
