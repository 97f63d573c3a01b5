import react from '@vitejs/plugin-react';
import { defaultClientConditions, defaultServerConditions, defineConfig } from 'vite';
import 'vitest/config';

/** Packages are read from their sources, so nothing has to be built first. The page's policy allows no inline script, hence no preload polyfill and no inlined files. */
export default defineConfig({
  plugins: [react()],
  resolve: { conditions: ['source', ...defaultClientConditions] },
  ssr: { resolve: { conditions: ['source', ...defaultServerConditions] } },
  build: { target: 'es2022', modulePreload: { polyfill: false }, assetsInlineLimit: 0, chunkSizeWarningLimit: 2_100 },
  worker: { format: 'es' },
  server: { host: '127.0.0.1', proxy: { '/v1': 'http://127.0.0.1:8080' } },
  test: { include: ['src/**/*.spec.{ts,tsx}'] },
});
