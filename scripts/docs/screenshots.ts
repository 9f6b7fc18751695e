/**
 * The pictures of the dashboard in `docs/pictures`, of a service that runs; those in the tree are of `npm run demo`.
 *
 *     node dist/scripts/docs/screenshots.js http://127.0.0.1:8080
 */
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { packageRoot } from '../../src/base/paths.js';

const PICTURES = [
  { name: 'overview', path: '', colours: 'light' },
  { name: 'models', path: 'models', colours: 'dark' },
  { name: 'map', path: 'map', colours: 'light' },
] as const;

const [url = 'http://127.0.0.1:8080', executablePath = '/usr/bin/chromium'] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--enable-unsafe-swiftshader'] });
for (const { name, path, colours } of PICTURES) {
  const page = await browser.newPage({ colorScheme: colours, viewport: { width: 1280, height: 900 } });
  await page.goto(`${url}/#/${path}`);
  await page.locator('main h1').waitFor();
  await page.locator('.loading').first().waitFor({ state: 'detached' });
  const file = join(packageRoot, 'docs', 'pictures', `dashboard-${name}.jpg`);
  await page.screenshot({ path: file, type: 'jpeg', quality: 82 });
  await page.close();
}
await browser.close();
