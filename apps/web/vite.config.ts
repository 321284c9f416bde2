import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const server = 'http://127.0.0.1:3000';

export default defineConfig({
  base: '/',
  root: import.meta.dirname,
  plugins: [react()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    // The size check reads it to know what the first route loads.
    manifest: true,
    // Safari 16.4 and everything newer; no syntax is lowered further.
    target: 'es2022',
    chunkSizeWarningLimit: 900,
  },
  server: { port: 5173, proxy: { '/api': server, '/v1': server, '/ready': server } },
});
