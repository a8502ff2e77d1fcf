import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

// The control plane that `npm run dev` takes data from.
const api = process.env['HEDDLE_API'] ?? 'http://localhost:15080';
// It takes changes from its own page only, so they go there as from it.
const proxy = { '/api': { target: api, changeOrigin: true, headers: { Origin: api } } };

export default defineConfig({
  plugins: [react()],
  build: {
    outDir: process.env['HEDDLE_UI_OUT'] ?? 'dist',
    emptyOutDir: true,
    // The server's policy lets no data: address be a script, a worker or a style.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 2000,
  },
  worker: { format: 'es' },
  server: { port: 5173, proxy },
  preview: { port: 5174, proxy },
  test: {
    environment: 'node',
    testTimeout: 60_000, // also on a machine that is busy with other tests
    include: ['src/**/*.test.{ts,tsx}'],
  },
});
