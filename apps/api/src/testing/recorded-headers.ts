/** Headers that every answer has over TLS, whatever it is. */
export const everywhere = {
  'content-security-policy':
    "default-src 'none';script-src 'self' 'wasm-unsafe-eval';style-src 'self';img-src 'self' blob: data:;font-src 'self';connect-src 'self';worker-src 'self';manifest-src 'self';base-uri 'none';form-action 'self';frame-ancestors 'none'",
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), clipboard-write=(self), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-dns-prefetch-control': 'off',
  'x-download-options': 'noopen',
  'x-frame-options': 'DENY',
  'x-permitted-cross-domain-policies': 'none',
  'x-xss-protection': '0',
};
export const overTls = { 'strict-transport-security': 'max-age=31536000', 'cross-origin-opener-policy': 'same-origin' };
export const json = { 'content-type': 'application/json; charset=utf-8' };
export const problem = { 'content-type': 'application/problem+json; charset=utf-8' };
export const unstored = { 'cache-control': 'no-store' };
/** How an address of strangers stands, and how a person does; the figures of the moment are left out. */
export const address = { ratelimit: '"address";r;t', 'ratelimit-policy': '"address";q=600;w=60' };
export const person = { ratelimit: '"person";r;t', 'ratelimit-policy': '"person";q=6000;w=60' };

/** Status, and what is there beside the headers of every answer. */
type Recorded = readonly [status: number, headers: Readonly<Record<string, unknown>>];

const text = { 'content-type': 'text/plain; charset=utf-8' };
const closed: Recorded = [401, { ...problem, ...address, 'www-authenticate': 'Bearer' }];
const found: Recorded = [200, { ...json, ...person }];
const read: Recorded = [200, { ...text, ...person }];
const refused = (status: 400 | 404 | 415): Recorded => [status, { ...problem, ...person }];

/**
 * What each route answers a stranger and an owner, who sends no body and writes `x` for every parameter. A route that is not
 * here fails its test: think about its headers, then add its line.
 */
export const recordedAnswers: Readonly<Record<string, { readonly stranger: Recorded; readonly owner: Recorded }>> = {
  createEdit: { stranger: closed, owner: refused(415) },
  getEdit: { stranger: closed, owner: refused(400) },
  followEdit: { stranger: closed, owner: refused(400) },
  getEditResult: { stranger: closed, owner: refused(400) },
  cancelEdit: { stranger: closed, owner: refused(400) },
  getAuditPerson: { stranger: closed, owner: refused(400) },
  getAuditMinimum: { stranger: closed, owner: read },
  getLimits: { stranger: closed, owner: found },
  listModels: { stranger: closed, owner: found },
  acceptModelLicence: { stranger: closed, owner: refused(415) },
  withdrawModelLicence: { stranger: closed, owner: [204, person] },
  getEditReceipt: { stranger: closed, owner: refused(400) },
  getReceiptKeys: { stranger: [200, { ...json, ...address }], owner: [200, { ...json, ...address }] },
  getBalance: { stranger: closed, owner: found },
  listQuotaAccounts: { stranger: closed, owner: found },
  listQuotaEntries: { stranger: closed, owner: refused(400) },
  importEntitlement: { stranger: closed, owner: refused(415) },
  listEntitlements: { stranger: closed, owner: found },
  listPeople: { stranger: closed, owner: found },
  createPerson: { stranger: closed, owner: refused(415) },
  changePerson: { stranger: closed, owner: refused(415) },
  deactivatePerson: { stranger: closed, owner: refused(400) },
  erasePerson: { stranger: closed, owner: refused(400) },
  invitePerson: { stranger: closed, owner: refused(400) },
  openSession: { stranger: [403, { ...problem, ...address }], owner: [415, { ...problem, ...address }] },
  getMe: { stranger: closed, owner: found },
  closeSession: {
    stranger: closed,
    owner: [204, { ...person, 'clear-site-data': '"cache", "storage"', 'set-cookie': ['__Host-flux_session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0; Secure'] }],
  },
  listApiKeys: { stranger: closed, owner: found },
  createApiKey: { stranger: closed, owner: refused(415) },
  revokeApiKey: { stranger: closed, owner: refused(400) },
  getAuditCheckpoint: { stranger: closed, owner: read },
  getAuditKey: { stranger: closed, owner: read },
  getAuditTile: { stranger: closed, owner: refused(404) },
  getAuditEntry: { stranger: closed, owner: refused(400) },
};
