/**
 * Stands where sharp looks for its native half. A start-up snapshot cannot hold native code, so the real one is bound when the
 * process runs. Until then two questions are answered from facts that the bundler read off the real one, and settings (closed
 * loaders, no cache) are noted; they are made before anything else once it is there. Anything else fails.
 */
interface Binding {
  [name: string]: (...args: unknown[]) => unknown;
}

/** Replaced by the bundler. */
declare const SHARP_FACTS: Readonly<Record<'libvipsVersion' | 'format', unknown>>;

const settings = ['cache', 'concurrency', 'block'] as const;
const noted: [name: (typeof settings)[number], args: unknown[]][] = [];

/** What sharp's modules import. */
const binding: Binding = {};
for (const [name, fact] of Object.entries(SHARP_FACTS)) binding[name] = () => fact;
for (const name of settings) binding[name] = (...args) => noted.push([name, args]);

export default binding;

/** Loads the native half from its file and makes the noted settings. */
export function bindSharp(file: string): void {
  const loaded: { exports: Binding } = { exports: {} };
  process.dlopen(loaded, file);
  Object.assign(binding, loaded.exports);
  for (const [name, args] of noted) binding[name]!(...args);
}
