import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

const hub = process.env.AIOHUB_ADDRESS ?? 'http://127.0.0.1:8080';
const src = fileURLToPath(new URL('./src', import.meta.url));

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { '@': src } },
  build: {
    outDir: process.env.CONSOLE_OUT ?? 'dist',
    emptyOutDir: true,
    target: 'es2022',
    // Nothing is written into the page itself: the policy that the hub sends allows no inline script.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: false,
    rolldownOptions: {
      output: {
        // What changes rarely stays in the browser's cache over releases of the console.
        codeSplitting: {
          groups: [
            { name: 'react', test: /node_modules[\\/](react|react-dom|scheduler|react-router)[\\/]/ },
          ],
        },
      },
    },
  },
  server: { proxy: { '/api': hub, '/v1': hub } },
  test: {
    projects: [
      {
        extends: true,
        test: { name: 'units', environment: 'jsdom', include: ['src/**/*.test.{ts,tsx}'], setupFiles: ['test/setup.ts'], testTimeout: 20_000 },
      },
      {
        extends: true,
        test: {
          name: 'browser', environment: 'node', include: ['test/browser/**/*.test.ts'], testTimeout: 90_000, hookTimeout: 120_000,
          fileParallelism: false, globalSetup: ['test/browser/build.ts'],
        },
      },
    ],
  },
});
