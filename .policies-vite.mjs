import { defineConfig } from 'vite';
export default defineConfig({
  root: '/work/wt/policies/src/dashboard', base: './', cacheDir: '/tmp/policies-vite-cache',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  server: { port: 5145, host: '127.0.0.1', hmr: false, watch: null, proxy: Object.fromEntries(['/v1','/docs','/openapi.json','/healthz','/readyz','/metrics'].map((p) => [p, process.env.TARGET ?? 'http://127.0.0.1:8145'])) },
});
