import { describe, expect, it } from '@jest/globals';
import express, { type Request } from 'express';
import { configSchema } from './config.js';

const proxies = configSchema.shape.TRUSTED_PROXIES;

describe('TRUSTED_PROXIES', () => {
  it.each(['10.0.0.0/8', '127.0.0.1', '10.1.2.3/32, ::1,fd00::/8'])('may be %s, which Express takes too', (list) => {
    expect(() => express().set('trust proxy', proxies.parse(list))).not.toThrow();
  });

  it.each(['everybody', 'loopback', '10.0.0.0/', '10.0.0.0/33', 'fd00::/129', '0.0.0.0/0', '10.0.0.0/8/8', '10.0.0.0/8 10.1.0.0/8', ' ', '1', 'true'])('cannot be %j', (list) => {
    expect(proxies.safeParse(list).success).toBe(false);
  });

  it.each([
    [undefined, '192.0.2.1'],
    ['10.0.0.0/8', '192.0.2.1'],
    ['192.0.2.0/24', '198.51.100.9'],
  ])('%s: a caller from 192.0.2.1, who says that he speaks for 198.51.100.9, counts as %s', (list, counted) => {
    const app = express().set('trust proxy', proxies.parse(list) ?? false);
    const request = Object.assign(Object.create(app.request) as Request, { headers: { 'x-forwarded-for': '198.51.100.9' }, socket: { remoteAddress: '192.0.2.1' }, connection: { remoteAddress: '192.0.2.1' }, app });
    expect(request.ip).toBe(counted);
  });
});
