import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { allRoutes, errorCodes } from '@flux-context/contracts';
import { describe, expect, it } from '@jest/globals';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const folders = ['apps/api', 'apps/gpu-worker', 'packages/picture', 'packages/exact', 'packages/instructions'];

/** The product's sources without what only lists codes: specs, type unions, sets, and the table of what every route implies. */
const sources = folders
  .flatMap((folder) => readdirSync(join(root, folder, 'src'), { recursive: true, encoding: 'utf8' }).map((file) => join(root, folder, 'src', file)))
  .filter((file) => file.endsWith('.ts') && !/\.spec(-parts)?\.ts$|\/testing\/|\/http\/openapi\.ts$/.test(file))
  .map((file) => readFileSync(file, 'utf8').replaceAll(/new Set<ErrorCode>\(\[.*?\]\)/gs, '').replaceAll(/type \w+ =[^;{]*;/g, ''))
  .join('\n');

/** Told to workers and to balancers only, and what the guard and the filter answer at every address. */
const withoutRoute = [
  'request.invalid', 'request.malformed', 'request.header_invalid', 'request.not_found', 'request.method_not_allowed', 'request.too_large', 'request.media_type', 'request.cross_site',
  'principal.missing', 'principal.forbidden', 'pool.forbidden', 'capacity.requests', 'capacity.address', 'internal.unexpected', 'internal.database',
];

describe('the error codes', () => {
  it('are all in use: each stands in a line of the product that ends with it', () => {
    expect(errorCodes.filter((code) => !sources.includes(`'${code}'`))).toEqual([]);
  });

  it('are each documented on a route, or belong to every one', () => {
    const documented = new Set<string>(allRoutes.flatMap(({ errors }) => errors));
    expect(errorCodes.filter((code) => !documented.has(code))).toEqual(withoutRoute);
  });
});
