import { createHmac, createPrivateKey, createPublicKey, diffieHellman } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { exchangeInfo, generatePoolKeyPair, openFrom, sealTo, suite } from './pool-key.js';

const hex = (text: string) => Buffer.from(text, 'hex');
const toHex = (bytes: ArrayBuffer | Uint8Array) => Buffer.from(new Uint8Array(bytes)).toString('hex');

/** RFC 9180, appendix A.1.1 (base mode). The RFC prints no vector with AES-256-GCM; its suite differs in `aead` alone. */
const vector = {
  aead: '0001',
  info: '4f6465206f6e2061204772656369616e2055726e',
  skRm: '4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8',
  pkRm: '3948cfe0ad1ddb695d780e59077195da6c56506b027329794ab02bca80815c4d',
  enc: '37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431',
  exports: {
    '': '3853fe2b4035195a573ffc53856e77058e15d9ea064de3e59f4961d0095250ee',
    '00': '2e8f0b54673c7029649d4eb9d5e33bf1872cf76d623ff164ac185da9e88c21a5',
    '54657374436f6e74657874': 'e9e43065102c3836401bed8c3c3c75ae46be1639869391d62c61f1ec7af54931',
  },
} as const;
const aes256Gcm = '0002';

const pkcs8 = (raw: Uint8Array) => createPrivateKey({ key: Buffer.concat([hex('302e020100300506032b656e04220420'), raw]), format: 'der', type: 'pkcs8' });
const spki = (raw: Uint8Array) => createPublicKey({ key: Buffer.concat([hex('302a300506032b656e032100'), raw]), format: 'der', type: 'spki' });

/** The recipient's key schedule of RFC 9180, sections 4.1 and 5.1, on node:crypto alone. */
function exporterByHand(aead: string, privateKey: Uint8Array, publicKey: Uint8Array, enc: Uint8Array, info: Uint8Array) {
  const extract = (salt: Uint8Array, ikm: Uint8Array) => createHmac('sha256', salt).update(ikm).digest();
  const expand = (prk: Uint8Array, info: Uint8Array) => createHmac('sha256', prk).update(info).update(Uint8Array.of(1)).digest();
  const empty = new Uint8Array();
  const labelled = (suiteId: Uint8Array) => ({
    extract: (salt: Uint8Array, label: string, ikm: Uint8Array) => extract(salt, Buffer.concat([Buffer.from('HPKE-v1'), suiteId, Buffer.from(label), ikm])),
    expand: (prk: Uint8Array, label: string, info: Uint8Array) => expand(prk, Buffer.concat([hex('0020'), Buffer.from('HPKE-v1'), suiteId, Buffer.from(label), info])),
  });
  const kem = labelled(Buffer.concat([Buffer.from('KEM'), hex('0020')]));
  const hpke = labelled(Buffer.concat([Buffer.from('HPKE'), hex(`00200001${aead}`)]));
  const dh = diffieHellman({ privateKey: pkcs8(privateKey), publicKey: spki(enc) });
  const shared = kem.expand(kem.extract(empty, 'eae_prk', dh), 'shared_secret', Buffer.concat([enc, publicKey]));
  const context = Buffer.concat([hex('00'), hpke.extract(empty, 'psk_id_hash', empty), hpke.extract(empty, 'info_hash', info)]);
  const exporter = hpke.expand(hpke.extract(shared, 'secret', empty), 'exp', context);
  return (use: Uint8Array) => hpke.expand(exporter, 'sec', use);
}

const target = { editId: 'edt_1', pool: 'shared', epoch: '20260131T140000Z' };

describe('the exchange with a pool', () => {
  it.each(Object.entries(vector.exports))('is checked by a key schedule that exports what RFC 9180 prints for the context "%s"', (use, value) => {
    expect(toHex(exporterByHand(vector.aead, hex(vector.skRm), hex(vector.pkRm), hex(vector.enc), hex(vector.info))(hex(use)))).toBe(value);
  });

  it('exports from the vector\'s exchange what that key schedule says for our suite', async () => {
    const recipientKey = await suite.kem.deserializePrivateKey(hex(vector.skRm));
    const context = await suite.createRecipientContext({ recipientKey, enc: hex(vector.enc), info: hex(vector.info) });
    const byHand = exporterByHand(aes256Gcm, hex(vector.skRm), hex(vector.pkRm), hex(vector.enc), hex(vector.info));
    for (const use of Object.keys(vector.exports)) expect(toHex(await context.export(hex(use), 32))).toBe(toHex(byHand(hex(use))));
  });

  it('gives both sides the secrets that the RFC\'s key schedule gives, computed without the library', async () => {
    const pool = await generatePoolKeyPair();
    const { enc, secrets } = await sealTo(pool.publicKey, target);
    const byHand = exporterByHand(aes256Gcm, pool.privateKey, pool.publicKey, enc, exchangeInfo(target));
    expect(toHex(secrets.request)).toBe(toHex(byHand(Buffer.from('request'))));
    expect(toHex(secrets.answer)).toBe(toHex(byHand(Buffer.from('answer'))));
    expect(await openFrom(pool.privateKey, enc, target)).toEqual(secrets);
    expect(secrets.request).not.toEqual(secrets.answer);
  });

  it('never gives two edits the same secrets', async () => {
    const pool = await generatePoolKeyPair();
    const made = await Promise.all(Array.from({ length: 20 }, () => sealTo(pool.publicKey, target)));
    expect(new Set(made.flatMap(({ secrets }) => [toHex(secrets.request), toHex(secrets.answer)])).size).toBe(40);
  });

  it.each([
    ['edit', { ...target, editId: 'edt_2' }],
    ['pool', { ...target, pool: 'private' }],
    ['epoch', { ...target, epoch: '20260131T150000Z' }],
    ['split of the same letters', { ...target, editId: 'edt_', pool: '1shared' }],
  ])('gives other secrets for another %s', async (_, other) => {
    const pool = await generatePoolKeyPair();
    const { enc, secrets } = await sealTo(pool.publicKey, target);
    const opened = await openFrom(pool.privateKey, enc, other);
    expect(opened.request).not.toEqual(secrets.request);
    expect(opened.answer).not.toEqual(secrets.answer);
  });

  it.each([
    ['the zero point', new Uint8Array(32)],
    ['a point of small order', Uint8Array.of(1, ...new Uint8Array(31))],
    ['31 bytes', new Uint8Array(31).fill(9)],
    ['nothing', new Uint8Array()],
  ])('refuses %s as a public or encapsulated key', async (_, point) => {
    const pool = await generatePoolKeyPair();
    await expect(sealTo(point, target)).rejects.toMatchObject({ code: 'envelope.damaged' });
    const refusal: unknown = await openFrom(pool.privateKey, point, target).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'envelope.damaged' });
    expect(inspect(refusal, { depth: 9, showHidden: true })).not.toContain(toHex(pool.privateKey));
    expect(refusal).not.toHaveProperty('cause');
  });
});
