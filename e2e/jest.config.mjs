import root from '../jest.config.mjs';

/** Journeys on what `npm start` starts. One at a time: each starts an appliance of its own. */
export default {
  ...root,
  rootDir: '..',
  roots: ['<rootDir>/e2e'],
  testMatch: ['**/e2e/**/*.journey.ts'],
  globalSetup: undefined,
  globalTeardown: undefined,
  maxWorkers: 1,
  testTimeout: 300_000,
};
