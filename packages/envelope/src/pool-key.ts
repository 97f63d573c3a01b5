import { Aes256Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from '@hpke/core';
import { EnvelopeError } from './envelope-error.js';
import { joinFields } from './fields.js';

/** Raw X25519 keys, 32 bytes each. Zero the private one after use. */
export interface PoolKeyPair {
  readonly publicKey: Uint8Array;
  readonly privateKey: Uint8Array;
}

/** What an encapsulated key is bound to: it opens for this edit, pool and epoch, and for no other. */
export interface SealedFor {
  readonly editId: string;
  readonly pool: string;
  readonly epoch: string;
}

/** The two secrets of one edit, 32 bytes each: one for what goes to the worker, one for what comes back. Zero both after use. */
export interface EditSecrets {
  readonly request: Uint8Array;
  readonly answer: Uint8Array;
}

/** RFC 9180 in base mode. Only its exporter is used; bulk bytes are sealed in chunks under the exported secrets. */
export const suite = new CipherSuite({ kem: new DhkemX25519HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes256Gcm() });

const secretBytes = 32;

/** Binds the exchange to this protocol and to one edit. Exported to the spec that computes it independently. */
export const exchangeInfo = ({ editId, pool, epoch }: SealedFor): Uint8Array => joinFields('flux-context/edit/1', editId, pool, epoch);

type Exporter = Pick<Awaited<ReturnType<typeof suite.createSenderContext>>, 'export'>;

async function exportSecrets(context: Exporter): Promise<EditSecrets> {
  const secretFor = async (use: string) => new Uint8Array(await context.export(Buffer.from(use), secretBytes));
  return { request: await secretFor('request'), answer: await secretFor('answer') };
}

export async function generatePoolKeyPair(): Promise<PoolKeyPair> {
  const pair = await suite.kem.generateKeyPair();
  return {
    publicKey: new Uint8Array(await suite.kem.serializePublicKey(pair.publicKey)),
    privateKey: new Uint8Array(await suite.kem.serializePrivateKey(pair.privateKey)),
  };
}

/** A public key that is no usable point, or an encapsulated key that is not, is answered as damage, without the library's words. */
const orDamaged = async <T>(work: Promise<T>): Promise<T> => {
  try {
    return await work;
  } catch {
    throw new EnvelopeError('envelope.damaged');
  }
};

/** Starts an exchange with a pool. `enc` (32 bytes) is public and goes along; the secrets stay. */
export function sealTo(publicKey: Uint8Array, to: SealedFor): Promise<{ enc: Uint8Array; secrets: EditSecrets }> {
  return orDamaged(
    (async () => {
      const recipientPublicKey = await suite.kem.deserializePublicKey(publicKey);
      const context = await suite.createSenderContext({ recipientPublicKey, info: exchangeInfo(to) });
      return { enc: new Uint8Array(context.enc), secrets: await exportSecrets(context) };
    })(),
  );
}

/**
 * The pool's side of `sealTo`. Under a wrong key, edit, pool or epoch it gives other secrets, as HPKE does; the parts then
 * refuse to open. Only an `enc` that is no usable point is refused here.
 */
export function openFrom(privateKey: Uint8Array, enc: Uint8Array, from: SealedFor): Promise<EditSecrets> {
  return orDamaged(
    (async () => {
      const recipientKey = await suite.kem.deserializePrivateKey(privateKey);
      return exportSecrets(await suite.createRecipientContext({ recipientKey, enc, info: exchangeInfo(from) }));
    })(),
  );
}
