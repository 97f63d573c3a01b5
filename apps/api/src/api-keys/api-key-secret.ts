import { createHash, randomBytes } from 'node:crypto';

const form = /^flux_([\w-]{43})([\w-]{6})$/;

/** Lets scanners and this API tell a mistyped key from a wrong one without asking the database. It protects nothing. */
const checksum = (random: string): string => createHash('sha256').update(`flux_${random}`).digest('base64url').slice(0, 6);

/** `flux_`, 32 random bytes and a checksum. */
export function newApiKeySecret(): string {
  const random = randomBytes(32).toString('base64url');
  return `flux_${random}${checksum(random)}`;
}

export function isApiKeySecret(text: string): boolean {
  const [, random, sum] = form.exec(text) ?? [];
  return random !== undefined && sum === checksum(random);
}

/** What is stored. A key is random, so a plain hash is enough, and looking it up by its hash tells nothing by its timing. */
export const hashApiKey = (secret: string): Buffer => createHash('sha256').update(secret).digest();
