import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';

const repository = path.resolve(import.meta.dirname, '../../..');
const closing = `const { closePrototypes } = await import(${JSON.stringify(path.join(repository, 'packages/runtime/dist/index.js'))}); closePrototypes();`;

/** Runs in a process of its own: prototypes that were closed stay closed. */
const run = (script: string, before = closing) =>
  execFileSync(process.execPath, ['--input-type=module', '-e', `${before} const said = (() => { ${script} })(); console.log(JSON.stringify(said));`], { encoding: 'utf8' }).trim();

/** What a merge by the input's own names does to a target, as libraries without care do it. */
const merge = `const merge = (to, from) => { for (const key of Object.keys(from)) { if (typeof from[key] === 'object' && typeof to[key] === 'object') merge(to[key], from[key]); else to[key] = from[key]; } return to; };`;
const attacks = {
  'by __proto__': `${merge} try { merge({}, JSON.parse('{"__proto__":{"admin":true}}')); } catch {} return ({}).admin ?? 'clean';`,
  'by constructor.prototype': `const to = {}; try { to['constructor']['prototype']['admin'] = true; } catch {} return ({}).admin ?? 'clean';`,
  'of lists': `try { []['constructor']['prototype']['0'] = 'planted'; } catch {} return [,].at(0) ?? 'clean';`,
  'of functions': `try { (() => 0)['constructor']['prototype']['shell'] = '/bin/sh'; } catch {} return (() => 0).shell ?? 'clean';`,
};

describe('closed prototypes', () => {
  beforeAll(() => void execFileSync(process.execPath, ['node_modules/typescript7/bin/tsc', '-b', 'packages/runtime'], { cwd: repository }), 60_000);

  it.each(Object.entries(attacks))('cannot be polluted %s, which works without them', (_how, attack) => {
    expect(run(attack, '')).not.toBe('"clean"');
    expect(run(attack)).toBe('"clean"');
  });

  it('take __proto__ of an input for a name like any other', () => {
    expect(run(`const of = JSON.parse('{"__proto__":1}'); const read = {}['__proto__']; return [Object.keys(of), String(read)];`)).toBe('[["__proto__"],"undefined"]');
  });

  it('let libraries name members as they like, which frozen ones would not', () => {
    expect(run(`'use strict'; class Own { constructor() { this.toString = () => 'own'; this.constructor = 'x'; } } return String(new Own());`)).toBe('"own"');
  });
});
