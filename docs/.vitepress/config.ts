/**
 * The site of the documents: `npm run docs` builds and serves it. The pages are those of `docs`, and of `docs/reference`,
 * which `dist/scripts/docs/write.js` makes of the code. Nothing that it shows is fetched from elsewhere.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitepress';
import { relinked } from '../../scripts/docs/links.js';
import { inlinePictures } from '../../scripts/docs/pictures.js';
import { sidebar } from '../../scripts/docs/sidebar.js';

const docs = fileURLToPath(new URL('..', import.meta.url));

/** A document of the repository as a page: links lead to pages, and pictures stand in it. */
function onTheSite(text: string, file: string): string {
  const path = relative(docs, file);
  if (path.startsWith('reference/')) return text;
  const read = (name: string): string => readFileSync(join(dirname(file), name), 'utf8');
  return inlinePictures(relinked(text, `docs/${path}`, path), read);
}

export default defineConfig({
  title: 'Pointsman',
  description: 'A learned profile of every LLM, and which of them should get a query',
  lang: 'en',
  outDir: '../dist/docs',
  cacheDir: '../dist/docs-cache',
  cleanUrls: false,
  head: [],
  // Pages name a service on this machine, which is not there while the site is built.
  ignoreDeadLinks: [/^https?:\/\/(localhost|127\.0\.0\.1)/],
  vite: {
    plugins: [
      {
        name: 'documents-of-the-repository',
        enforce: 'pre',
        transform: (text, id) => (id.endsWith('.md') && existsSync(id) ? onTheSite(text, id) : undefined),
      },
    ],
    build: { chunkSizeWarningLimit: 2000 },
  },
  themeConfig: {
    sidebar: sidebar(docs),
    outline: { level: [2, 3] },
    search: { provider: 'local' },
    nav: [
      { text: 'Start', link: '/start' },
      { text: 'How to', link: '/how-to/platform' },
      { text: 'Reference', link: '/reference/http' },
    ],
    footer: { message: 'MIT licence' },
  },
});
