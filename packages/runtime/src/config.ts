import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { Secret } from './secret.js';

/** Every fault of the configuration at once: names and rules, never values. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(readonly faults: readonly string[]) {
    super(`The configuration is not valid:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
  }
}

const secrets = new WeakSet<z.ZodType>();

/** A secret of the configuration, given as `NAME` or as a file named by `NAME_FILE` (one trailing line break is dropped). */
export function secret(lengthMin = 1) {
  const text = z.string().min(lengthMin);
  secrets.add(text);
  return text.transform((value) => new Secret(value));
}

/** Whether a key of the configuration is a secret, however it is wrapped. */
export function isSecret(schema: z.ZodType): boolean {
  if (secrets.has(schema)) return true;
  if (schema instanceof z.ZodPipe) return isSecret(schema.in as z.ZodType);
  return schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodNullable ? isSecret(schema.unwrap() as z.ZodType) : false;
}

function readSecretFile(name: string, path: string, faults: string[]): string | undefined {
  try {
    return readFileSync(path, 'utf8').replace(/\r?\n$/, '');
  } catch {
    faults.push(`${name}: the file could not be read`);
    return undefined;
  }
}

/**
 * Reads the keys of `schema` from `env`; keys are the names of the variables, an empty variable counts as absent.
 * Throws one `ConfigError` that lists every fault.
 */
export function loadConfig<S extends z.ZodObject>(schema: S, env: Readonly<Record<string, string | undefined>>): z.infer<S> {
  const faults: string[] = [];
  const given: Record<string, string> = {};
  for (const [name, part] of Object.entries(schema.shape)) {
    let value = env[name] || undefined;
    const file = isSecret(part as z.ZodType) ? env[`${name}_FILE`] || undefined : undefined;
    if (file !== undefined && value !== undefined) faults.push(`${name}: give either ${name} or ${name}_FILE`);
    else if (file !== undefined) value = readSecretFile(`${name}_FILE`, file, faults);
    if (value !== undefined) given[name] = value;
  }
  const parsed = schema.safeParse(given);
  if (!parsed.success) faults.push(...parsed.error.issues.map((issue) => `${issue.path.join('.') || '(all)'}: ${issue.message}`));
  if (!parsed.success || faults.length > 0) throw new ConfigError(faults);
  return parsed.data;
}
