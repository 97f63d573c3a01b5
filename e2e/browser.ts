import { existsSync } from 'node:fs';
import { describe } from '@jest/globals';

/** Debian's and Ubuntu's Chromium. */
export const browserPath = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find((path) => existsSync(path));

/** Journeys in a browser are skipped, and counted as skipped, where there is none. */
export const withBrowser = browserPath === undefined ? describe.skip : describe;
