import { defineConfig } from 'vitest/config';

/** Browser packages; each has its own configuration beside it. */
export default defineConfig({ test: { projects: ['packages/ui', 'apps/portal'] } });
