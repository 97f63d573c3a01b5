import { describe, expect, it } from '@jest/globals';
import { readSettings } from './settings.js';

const preload = { PRELOAD: 'file:///faults.mjs' };

describe('the settings of the embedded form', () => {
  it('take no foreign module into the programs of production', () => {
    expect(readSettings(preload).PRELOAD).toBe('file:///faults.mjs');
    expect(() => readSettings({ ...preload, NODE_ENV: 'production' })).toThrow(/PRELOAD/);
  });

  it('pass nothing of the shell on but what is named, so that no option of Node reaches the programs', () => {
    expect(readSettings({ NODE_OPTIONS: '--inspect', LD_PRELOAD: '/x.so', NODE_ENV: 'production' }).passedOn).toEqual({ NODE_ENV: 'production' });
  });
});
