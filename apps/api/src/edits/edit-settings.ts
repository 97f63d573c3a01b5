import { newId, sourceFormats, type SourceFormat } from '@flux-context/contracts';
import type { Config } from '../config.js';

/** What the operator decided about edits, and who this holder is. Read once at start. */
export abstract class EditSettings {
  abstract readonly holderId: string;
  abstract readonly internalHost: string;
  abstract readonly internalPort: number;
  /** Where workers and other API processes reach this one. */
  abstract readonly internalUrl: string;
  /** Formats that are read. HEIC can be switched off. */
  abstract readonly sourceFormats: readonly SourceFormat[];
  abstract readonly pictureBytesMax: number;
  abstract readonly picturePixelsMax: number;
  /** Edits of one person at once, in one process. */
  abstract readonly editsPerPersonMax: number;
  /** Event streams of one person at once, in one process. */
  abstract readonly eventStreamsPerPersonMax: number;
  abstract readonly deadlineSeconds: number;
  abstract readonly redeliverySeconds: number;
  /** How long a shutdown waits for edits that run. */
  abstract readonly drainSeconds: number;
  /** Keys the digests of idempotency keys and bodies; never in the database. */
  abstract readonly idempotencySecret: Buffer;
  /** Shown by API processes to each other. */
  abstract readonly peerCredential: string;
}

export function editSettingsOf(config: Config): EditSettings {
  return {
    holderId: newId('holder'),
    internalHost: config.INTERNAL_HOST,
    internalPort: config.INTERNAL_PORT,
    internalUrl: config.INTERNAL_URL,
    sourceFormats: sourceFormats.filter((format) => format !== 'heic' || config.HEIC_ENABLED),
    pictureBytesMax: config.PICTURE_BYTES_MAX,
    picturePixelsMax: config.PICTURE_PIXELS_MAX,
    editsPerPersonMax: config.EDITS_PER_PERSON_MAX,
    eventStreamsPerPersonMax: config.EVENT_STREAMS_PER_PERSON_MAX,
    deadlineSeconds: config.EDIT_DEADLINE_SECONDS,
    redeliverySeconds: config.REDELIVERY_SECONDS,
    drainSeconds: config.DRAIN_SECONDS,
    idempotencySecret: Buffer.from(config.IDEMPOTENCY_SECRET.reveal(), 'utf8'),
    peerCredential: config.PEER_CREDENTIAL.reveal(),
  };
}
