import { createHash } from 'node:crypto';
import { Client } from 'pg';

/** More than the product has statements; what comes later, such as lists of many lengths, is planned each time. */
const preparedMax = 500;
const names = new Map<string, string>();

function nameOf(text: string): string | undefined {
  const known = names.get(text);
  if (known !== undefined || names.size >= preparedMax) return known;
  const name = createHash('sha256').update(text).digest('base64url');
  names.set(text, name);
  return name;
}

/**
 * Lets the server parse and plan a statement with parameters once per connection, not once per use. Statements name their
 * columns, so a migration that adds some while this process runs does not change what a prepared one answers.
 */
export class PreparingClient extends Client {
  /** As the driver's, whose many forms TypeScript lets nobody write out in one. */
  override query(...call: unknown[]): never {
    const [text, values, ...rest] = call;
    const name = typeof text === 'string' && Array.isArray(values) && values.length > 0 ? nameOf(text) : undefined;
    return Reflect.apply(super.query, this, name === undefined ? call : [{ name, text, values }, ...rest]) as never;
  }
}
