// How the page is built, tried and tested.
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import { apiDocs } from './build/api-docs.ts';
import { budget } from './build/budget.ts';
import { compress } from './build/compress.ts';

const hub = process.env['HUB_ADDRESS'] ?? 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [react(), budget(200), apiDocs(), compress()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  build: { target: 'es2023', assetsInlineLimit: 0, reportCompressedSize: false },
  server: {
    host: '127.0.0.1',
    // The host stays the page's own, for the hub compares it with the page's origin.
    proxy: { '/api': { target: hub }, '/images': { target: hub }, '/socket.io': { target: hub, ws: true } },
  },
  test: { environment: 'jsdom', setupFiles: ['tests/setup.ts'], include: ['tests/**/*.test.{ts,tsx}'] },
});
