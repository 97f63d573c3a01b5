import { describe, expect, it } from '@jest/globals';
import { networkOf } from './network.js';

describe('whom an address counts for', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:0:1::7', '2001:db8:0:1::/64'],
    ['2001:0DB8:0000:0001:ffff:ffff:ffff:ffff', '2001:db8:0:1::/64'],
    ['2001:db8::', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['64:ff9b::192.0.2.7', '64:ff9b:0:0::/64'],
  ])('%s for %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });

  it('all addresses that one customer of IPv6 can take for one', () => {
    expect(new Set(['2001:db8:0:1::', '2001:db8:0:1::ffff', '2001:db8:0:1:8000::1'].map(networkOf)).size).toBe(1);
  });
});
