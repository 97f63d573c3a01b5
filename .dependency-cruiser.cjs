/**
 * Who may import whom. Packages and apps are entered by name, rooms of the API by their `index.ts`, and only along these
 * edges; CONTRIBUTING.md says why. Tests may use the testkit as well.
 */

/** Each package and app, and the packages it may import. */
const packageEdges = {
  'packages/contracts': [],
  'packages/envelope': [],
  'packages/tree': [],
  'packages/embedded-postgres': [],
  'packages/instructions': ['contracts'],
  'packages/queue': ['contracts'],
  'packages/runtime': ['contracts'],
  'packages/ui': ['contracts'],
  'packages/picture': [],
  'packages/exact': ['instructions', 'picture'],
  'packages/diffusion': ['picture'],
  'packages/region-lock': ['picture'],
  'apps/api': ['contracts', 'envelope', 'instructions', 'queue', 'runtime', 'tree'],
  'apps/gpu-worker': ['contracts', 'envelope', 'queue', 'runtime', 'picture', 'exact', 'diffusion', 'region-lock'],
  'apps/admin': ['ui', 'contracts', 'instructions', 'tree', 'envelope'],
  'apps/portal': ['ui', 'contracts', 'instructions', 'tree', 'envelope'],
  'apps/cli': ['contracts', 'instructions', 'tree', 'diffusion'],
};

/** Each room of the API, and the rooms it may enter. `http` and `database` are no rooms and know none. */
const roomEdges = {
  // `seats` only to hear who left: his edits are cancelled.
  edits: ['parcels', 'pools', 'models', 'quotas', 'receipts', 'seats', 'settings', 'audit'],
  parcels: [],
  pools: ['audit'],
  // `pools` to know which model is loaded where.
  models: ['pools', 'audit'],
  receipts: ['audit'],
  quotas: ['seats', 'audit'],
  sessions: ['seats', 'audit'],
  'api-keys': ['seats', 'audit'],
  entitlements: ['quotas', 'seats', 'audit'],
  saml: ['sessions', 'seats', 'settings', 'audit'],
  scim: ['seats', 'settings', 'audit'],
  exports: ['settings', 'audit'],
  seats: ['audit'],
  settings: ['audit'],
  rates: [],
  reports: [],
  audit: [],
  http: [],
  database: [],
};

/** Foreign packages with one user, and where that is. */
const onlyIn = {
  // The benchmarks measure the product against bare sharp, and the ledger alone; the hostile tools make pictures and look at answers.
  sharp: '^(packages/picture|tools/benchmarks|tools/hostile)/',
  'heic-decode': '^(packages/picture|apps/portal)/',
  bullmq: '^packages/queue/',
  ioredis: '^packages/queue/',
  '@nestjs/bullmq': '^apps/api/src/edits/[^/]+\\.module\\.ts$',
  'onnxruntime-node': '^packages/diffusion/',
  '@hpke/core': '^packages/envelope/',
  typeorm: '^(tools/benchmarks/|apps/api/src/(database/|.*\\.(repository|entity)\\.ts$))',
};

const either = (names) => (names.length > 0 ? `(${names.join('|')})` : '(?!)');
const rooms = Object.keys(roomEdges);
const tests = '\\.spec(-parts)?\\.tsx?$';
/** Tests, and what only they import. */
const testSupport = [tests, '^packages/testkit/', '^apps/api/src/testing/'];

const edgeOfPackage = ([unit, allowed]) => ({
  name: `edges-of-${unit.replace('/', '-')}`,
  comment: `${unit} may import these packages: ${allowed.join(', ') || 'none'}.`,
  severity: 'error',
  from: { path: `^${unit}/`, pathNot: testSupport },
  to: { path: '^(packages|apps|tools)/', pathNot: [`^${unit}/`, `^packages/${either(allowed)}/`] },
});

const edgeOfPackageTests = ([unit, allowed]) => ({
  name: `edges-of-tests-of-${unit.replace('/', '-')}`,
  comment: `Tests of ${unit} may import the testkit besides: ${allowed.join(', ') || 'nothing'}.`,
  severity: 'error',
  from: { path: testSupport.map((path) => (path.startsWith('^') ? path : `^${unit}/.*${path}`)).filter((path) => path.startsWith(`^${unit}/`)) },
  to: { path: '^(packages|apps|tools)/', pathNot: [`^${unit}/`, `^packages/${either([...allowed, 'testkit'])}/`] },
});

const edgeOfRoom = ([room, allowed]) => ({
  name: `edges-of-room-${room}`,
  comment: `The room ${room} may enter these rooms: ${allowed.join(', ') || 'none'}.`,
  severity: 'error',
  from: { path: `^apps/api/src/${room}/`, pathNot: testSupport },
  to: { path: `^apps/api/src/${either(rooms.filter((other) => other !== room && !['http', 'database'].includes(other) && !allowed.includes(other)))}/` },
});

const userOf = ([name, path]) => ({
  name: `only-user-of-${name.replace(/^@/, '').replace('/', '-')}`,
  comment: `${name} has one user, so that it can be replaced, and watched, in one place.`,
  severity: 'error',
  from: { path: '^(packages|apps|tools)/', pathNot: [path, ...testSupport] },
  to: { path: [`(^|/)node_modules/${name}/`, `^${name}$`] },
});

module.exports = {
  forbidden: [
    { name: 'no-cycle', comment: 'Two modules that need each other are one, or miss a third.', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-unresolvable', comment: 'Packages show what their exports name and nothing else.', severity: 'error', from: {}, to: { couldNotResolve: true, pathNot: '^\\.{1,2}/.*dist/' } },
    {
      name: 'by-name',
      comment: 'A package is imported by its name, never by a path into it.',
      severity: 'error',
      from: { path: '^((packages|apps|tools)/[^/]+)/' },
      to: { path: '^(packages|apps|tools)/', pathNot: '^$1/', dependencyTypes: ['local'] },
    },
    { name: 'no-test-in-product', comment: 'What runs must not know its tests.', severity: 'error', from: { pathNot: testSupport }, to: { path: testSupport } },
    ...Object.entries(packageEdges).map(edgeOfPackage),
    ...Object.entries(packageEdges).map(edgeOfPackageTests),
    {
      name: 'edges-of-testkit-and-tools',
      comment: 'The testkit and the tools import packages; apps they start, as others do.',
      severity: 'error',
      from: { path: '^(packages/testkit|tools/[^/]+)/' },
      to: { path: '^(apps|tools)/', pathNot: '^$1/' },
    },
    {
      name: 'known-unit',
      comment: 'A new package or app gets its edges in this file first.',
      severity: 'error',
      from: { path: '^(packages|apps)/', pathNot: [`^${either([...Object.keys(packageEdges), 'packages/testkit'])}/`] },
      to: {},
    },
    {
      name: 'rooms-by-index',
      comment: 'A room is entered by its index.ts, which says what others may use.',
      severity: 'error',
      from: { path: '^apps/api/src/([^/]+)/', pathNot: testSupport },
      to: { path: '^apps/api/src/[^/]+/', pathNot: ['^apps/api/src/$1/', '^apps/api/src/[^/]+/index\\.ts$'] },
    },
    {
      name: 'rooms-by-index-from-the-top',
      comment: 'What wires the rooms together enters them by index.ts as well.',
      severity: 'error',
      from: { path: '^apps/api/src/[^/]+\\.ts$', pathNot: testSupport },
      to: { path: '^apps/api/src/[^/]+/', pathNot: '^apps/api/src/[^/]+/index\\.ts$' },
    },
    ...Object.entries(roomEdges).map(edgeOfRoom),
    {
      name: 'known-room',
      comment: 'A new room of the API gets its edges in this file first.',
      severity: 'error',
      from: { path: '^apps/api/src/[^/]+/', pathNot: [`^apps/api/src/${either(rooms)}/`, ...testSupport] },
      to: {},
    },
    {
      name: 'http-for-doors-only',
      comment: 'Services, repositories and entities know nothing of HTTP.',
      severity: 'error',
      from: { path: '^apps/api/src/[^/]+/', pathNot: ['^apps/api/src/http/', '\\.(controller|module)\\.ts$', ...testSupport] },
      to: { path: '^apps/api/src/http/' },
    },
    ...Object.entries(onlyIn).map(userOf),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(packages|apps|tools)/[^/]+/dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.spec.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['source', 'import', 'require', 'node', 'default', 'types'], extensions: ['.ts', '.tsx', '.mjs', '.js', '.cjs', '.json', '.d.ts'] },
  },
};
