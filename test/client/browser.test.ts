import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import { build } from 'vite';
import { findChromium, lacking } from '../support/programs.js';
import { blockOf } from './document.js';
import { startService, type Service } from './service.js';

/** Uses all of the client that a browser could do otherwise, and tells what it met as the page's title. */
const PAGE = `
import { createPointsman, dataOf, PointsmanProblem } from 'pointsman/client';

const pointsman = createPointsman({ baseUrl: SERVICE });
const nameOf = (error) => (error instanceof PointsmanProblem ? error.code : error.name);
const codeOf = (promise) => promise.then(() => 'none', nameOf);
const { job_id } = await dataOf(pointsman.POST('/v1/retrain', { body: {} }));
let last;
for await (const { event } of pointsman.jobEvents(job_id)) last = event;
const { decision_id: id } = await pointsman.route([{ role: 'user', content: 'Name a river.' }], { policy: 'cost' });
const receipt = await pointsman.feedback({ decision_id: id, score: 1 });
const read = [];
for await (const decision of pointsman.decisions({ limit: 1 })) {
  read.push(decision.decision_id);
  if (read.length === 2) break;
}
const gone = new AbortController();
const news = pointsman.events({ signal: gone.signal });
const first = await news.next();
gone.abort();
document.title = JSON.stringify({
  interactions: receipt.interactions,
  read: read.length,
  newest: read[0] === id,
  last,
  first: first.value.event,
  ended: await codeOf(news.next()),
  refused: await codeOf(pointsman.route('Name a river.', { policy: 'nobody' })),
  away: await codeOf(createPointsman({ baseUrl: 'http://127.0.0.1:9' }).route('Name a river.')),
  late: await codeOf(pointsman.route('Name a river.', {}, { timeoutMs: 1 })),
});
`;

const TYPES: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript' };

describe('the client in a browser', { skip: lacking('chromium') }, () => {
  let folder = '';
  let site: Server;
  let origin = '';
  let service: Service;
  let browser: Browser;

  /** Bundles a module as a page of a site of its own; answers its file's name. */
  async function bundle(name: string, module: string): Promise<string> {
    const root = mkdtempSync(join(folder, `${name}-`));
    writeFileSync(join(root, 'main.js'), module);
    writeFileSync(join(root, `${name}.html`), '<!doctype html><body><script type="module" src="./main.js"></script>');
    await build({
      configFile: false,
      logLevel: 'error',
      root,
      // The page stands elsewhere than where its packages are installed.
      resolve: { alias: { 'pointsman/client': fileURLToPath(import.meta.resolve('pointsman/client')) } },
      build: {
        outDir: join(folder, 'site'),
        target: 'es2022',
        rolldownOptions: { input: join(root, `${name}.html`) },
        modulePreload: { polyfill: false },
      },
    });
    return `${name}.html`;
  }

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'pointsman-browser-'));
    site = createServer(({ url = '/' }, response) => {
      const file = join(folder, 'site', new URL(url, 'http://site').pathname);
      const type = TYPES[extname(file)];
      if (type === undefined) return response.writeHead(404).end();
      return response.writeHead(200, { 'content-type': type }).end(readFileSync(file));
    }).listen(0, '127.0.0.1');
    await once(site, 'listening');
    origin = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
    [service, browser] = await Promise.all([
      startService('--cors-origins', origin),
      chromium.launch({ executablePath: findChromium()!, args: ['--no-sandbox', '--disable-dev-shm-usage'] }),
    ]);
  });
  after(async () => {
    await browser?.close();
    site?.close();
    await service?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Opens a page; answers it, and what it complained of. */
  async function open(name: string): Promise<{ page: Page; complaints: string[] }> {
    const page = await browser.newPage();
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(String(error)));
    await page.goto(`${origin}/${name}`);
    return { page, complaints };
  }

  test('does all that it does in Node, from another origin', async () => {
    const { page, complaints } = await open(await bundle('all', PAGE.replace('SERVICE', JSON.stringify(service.url))));
    await page.waitForFunction(() => document.title !== '', undefined, { timeout: 60_000 }).catch(() => {});
    assert.deepEqual(complaints, []);
    assert.deepEqual(JSON.parse(await page.title()), {
      interactions: 1,
      read: 1,
      newest: true,
      last: 'failed',
      first: 'changed',
      ended: 'AbortError',
      refused: 'unknown_policy',
      away: 'unreachable',
      late: 'timeout',
    });
    const [script] = readdirSync(join(folder, 'site/assets')).filter((name) => name.endsWith('.js'));
    const text = readFileSync(join(folder, 'site/assets', script!), 'utf8');
    assert.doesNotMatch(text, /["']node:/);
    assert.ok(text.length < 40_000, `${text.length} bytes`);
  });

  test('runs the example of docs/clients.md', async () => {
    const example = blockOf('clients', 'In a browser', 'js').replaceAll('http://127.0.0.1:8080', service.url);
    const { page, complaints } = await open(await bundle('example', example));
    await page.waitForFunction(() => document.body.textContent?.includes('lab/'), undefined, { timeout: 60_000 });
    assert.deepEqual(complaints, []);
    assert.match((await page.textContent('body'))!, /^\s*lab\/(?:small|large) would answer\.\s*$/);
  });
});
