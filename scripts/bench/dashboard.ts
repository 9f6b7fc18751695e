/**
 * What people feel of the dashboard, over a ledger with many decisions, in Debian's Chromium on this machine: the first
 * contentful paint and what is loaded for it, the slowest interaction to next paint of all buttons, links and fields
 * that are used here, and how long `/v1/route` takes beside ten open dashboards that are live: beside what they ask,
 * as if their browsers stood elsewhere, and beside the browsers, which take what the service leaves of the processors.
 *
 *     node dist/scripts/bench/dashboard.js [--decisions 100000] [--tabs 10] [--rounds 10] [--seconds 5] [--rate 100]
 *       [--data DIR], where the trained data is kept for another time
 */
import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { packageRoot } from '../../src/base/paths.js';
import { createRng } from '../../src/base/rng.js';
import { table } from '../../src/cli/output.js';
import { openWorkspace } from '../../src/cli/workspace.js';
import { loadSimulation, simulate } from '../../src/simulator/index.js';
import { trainAndActivate } from '../../src/training/trainer.js';
import type { Played, Recorded, Recording } from './dashboard-requests.js';
import { openBrowser, settled } from './idle-browser.js';
import { median, quantileOf } from './quantiles.js';
import { createRouteLoad } from './route-load.js';

const { values } = parseArgs({
  options: {
    decisions: { type: 'string', default: '100000' },
    tabs: { type: 'string', default: '10' },
    rounds: { type: 'string', default: '10' },
    seconds: { type: 'string', default: '5' },
    rate: { type: 'string', default: '100' },
    chromium: { type: 'string', default: '/usr/bin/chromium' },
    data: { type: 'string' },
  },
});
const BATCH = 1000;
const SEED = 1;
/** Seconds of a page's life that its requests are taken from. */
const RECORDED_S = 20;
const PAGES = ['', 'decisions', 'models', 'training', 'policies', 'health', 'settings'];

const data = values.data ?? mkdtempSync(join(tmpdir(), 'pointsman-bench-'));
const queries = simulate({ seed: SEED + 1, llms: 1, queries: 2000 }).rows.map(({ query }) => query);

async function train(): Promise<void> {
  const workspace = await openWorkspace({ data, encoder: 'static', logLevel: 'warn' });
  await loadSimulation(workspace.ledger, simulate({ seed: SEED }));
  await trainAndActivate(workspace.trainer, { seed: SEED }, () => undefined);
  await workspace.close();
}
if (!existsSync(join(data, 'artifacts'))) await train();

const MAIN = join(packageRoot, 'dist/src/cli/main.js');
const service = spawn(process.execPath, [MAIN, 'start', '--data', data, '--port', '0', '--encoder', 'static'], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
process.once('exit', () => service.kill());
let said = '';
while (!/listens on \S+\d/.test(said)) said += String((await once(service.stdout, 'data'))[0]);
service.stdout.resume();
const url = /http:\/\/[\d.:]+\d/.exec(said)![0];

async function decide(): Promise<void> {
  for (let made = 0; made < Number(values.decisions); made += BATCH) {
    const some = Array.from({ length: BATCH }, (_, i) => ({ query: queries[(made + i) % queries.length] }));
    const answer = await fetch(`${url}/v1/route/batch`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ requests: some }),
    });
    if (!answer.ok) throw new Error(`${answer.status}: ${await answer.text()}`);
    await answer.text();
  }
}
await decide();

const load = createRouteLoad(url, queries);

async function measure(seconds: number): Promise<{ p50: number; p99: number }> {
  const times = await load.even(Number(values.rate), performance.now() + seconds * 1000);
  return { p50: quantileOf(times, 0.5), p99: quantileOf(times, 0.99) };
}

/** Keeps how long each interaction took until its next paint. */
const WATCH = `
  globalThis.interactions = [];
  new PerformanceObserver((list) => {
    for (const { interactionId, duration, name } of list.getEntries())
      if (interactionId) globalThis.interactions.push([name, duration]);
  }).observe({ type: 'event', durationThreshold: 16, buffered: true });`;

/** First contentful paint in milliseconds, and kilobytes that came for the first page. */
async function firstPaint(browser: Browser): Promise<{ paint: number; kilobytes: number }> {
  const page = await browser.newPage();
  await page.goto(url);
  await settled(page);
  const [paint, bytes] = (await page.evaluate(`[
    performance.getEntriesByName('first-contentful-paint')[0].startTime,
    [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
      .filter(({ name }) => name.includes('/dashboard/') || name.endsWith('/'))
      .reduce((sum, { transferSize }) => sum + transferSize, 0)]`)) as [number, number];
  await page.close();
  return { paint, kilobytes: bytes / 1000 };
}

/** Takes every frame, as a screen does: without, Chromium puts some off until something else changes. */
async function look(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  session.on('Page.screencastFrame', ({ sessionId }) =>
    session.send('Page.screencastFrameAck', { sessionId }).catch(() => undefined),
  );
  await session.send('Page.startScreencast', { format: 'jpeg', quality: 10 });
}

/** What is used of each page: the first of its buttons that choose or sort, and its fields. */
async function slowestInteraction(browser: Browser): Promise<[string, string, number][]> {
  const found: [string, string, number][] = [];
  for (const path of PAGES) {
    const page = await browser.newPage();
    await page.addInitScript(WATCH);
    await look(page);
    await page.goto(`${url}/#/${path}`);
    await settled(page);
    const buttons = page.locator('main .choice button, main th button, main nav a, main .more');
    for (let i = 0; i < Math.min(12, await buttons.count()); i++) {
      await buttons.nth(i).click({ timeout: 5_000 });
      await page.waitForTimeout(150);
    }
    const fields = page.locator('main input[type="search"], main input[type="text"], main select');
    for (let i = 0; i < Math.min(4, await fields.count()); i++) {
      const field = fields.nth(i);
      await field.focus();
      await page.keyboard.type('abc', { delay: 60 });
      await page.waitForTimeout(300);
    }
    await page.waitForTimeout(500);
    const seen = (await page.evaluate('globalThis.interactions')) as [string, number][];
    const [name, slowest] = seen.toSorted((a, b) => b[1] - a[1])[0] ?? ['none over 16 ms', 16];
    found.push([path || 'overview', name, slowest]);
    await page.close();
  }
  return found;
}

const browser = await openBrowser(values.chromium);
const paints: Awaited<ReturnType<typeof firstPaint>>[] = [];
for (let i = 0; i < 5; i++) paints.push(await firstPaint(browser));
const spread = (name: string, some: readonly number[]): string[] => [
  name,
  ...[0.5, 1].map((q) => quantileOf(some, q).toFixed(0)),
];
process.stdout.write(
  `${table(
    ['first page', 'median', 'worst'],
    [
      spread(
        'first contentful paint, ms',
        paints.map(({ paint }) => paint),
      ),
      spread(
        'came for it, kB',
        paints.map(({ kilobytes }) => kilobytes),
      ),
    ],
  )}\n\n`,
);
process.stdout.write(
  `${table(
    ['page', 'slowest interaction', 'to next paint, ms'],
    (await slowestInteraction(browser)).map(([page, name, ms]) => [page, name, ms.toFixed(0)]),
  )}\n\n`,
);

/** What a page asks once it is open, while queries are routed. */
async function record(path: string): Promise<Recording> {
  const page = await browser.newPage();
  await page.goto(`${url}/#/${path}`);
  await settled(page);
  const began = performance.now();
  const requests: Recorded[] = [];
  page.on('request', (asked) => {
    const { pathname, search } = new URL(asked.url());
    if (pathname === '/v1/events') return;
    const { accept = '*/*', 'content-type': type } = asked.headers();
    requests.push({
      at: performance.now() - began,
      method: asked.method(),
      path: pathname + search,
      headers: { accept, ...(type !== undefined && { 'content-type': type }) },
      body: asked.postData(),
    });
  });
  await measure(RECORDED_S);
  await page.close();
  return { ms: performance.now() - began, requests };
}
const recordings = [await record(''), await record('decisions')];
await browser.close();

const child = (script: string): ChildProcess =>
  fork(join(packageRoot, `dist/scripts/bench/${script}.js`), [url, values.chromium]);
const inBrowsers = child('dashboard-tabs');
const requestsOnly = child('dashboard-requests');
const tabs = Number(values.tabs);

/** Answers once a child has done what it is told. */
async function tell(to: ChildProcess, what: number | Played): Promise<void> {
  to.send(what);
  await once(to, 'message');
}

const WAYS = ['without', 'requests', 'browsers'] as const;
type Way = (typeof WAYS)[number];
const NAMES: Record<Way, string> = {
  without: 'no dashboard',
  requests: `the requests of ${tabs}`,
  browsers: `${tabs} in browsers on these processors`,
};

async function open(way: Way): Promise<void> {
  await tell(inBrowsers, way === 'browsers' ? tabs : 0);
  await tell(requestsOnly, { recordings, tabs: way === 'requests' ? tabs : 0 });
}

const rounds: Record<Way, { p50: number; p99: number }[]> = { without: [], requests: [], browsers: [] };
await measure(3);
const rng = createRng(SEED);
for (let round = 0; round < Number(values.rounds); round++)
  for (const way of rng.shuffle([...WAYS])) {
    await open(way);
    await sleep(1500);
    rounds[way].push(await measure(Number(values.seconds)));
  }
inBrowsers.disconnect();
requestsOnly.disconnect();

const asked = recordings.reduce((sum, { ms, requests }) => sum + (1000 * requests.length) / ms, 0) / recordings.length;
const rows = WAYS.map((way) => {
  const ratios = rounds[way].map(({ p99 }, i) => p99 / rounds.without[i]!.p99);
  return [
    NAMES[way],
    ...(['p50', 'p99'] as const).map((q) => median(rounds[way].map((one) => one[q])).toFixed(2)),
    way === 'without' ? '–' : [0.25, 0.5, 0.75].map((q) => quantileOf(ratios, q).toFixed(2)).join(', '),
  ];
});
process.stdout.write(
  `${table(['/v1/route beside', 'p50, ms', 'p99, ms', 'p99 over that without, quartiles'], rows)}\n` +
    `medians of ${values.rounds} rounds; a dashboard asks ${asked.toFixed(1)} times a second, beside its events\n`,
);
load.close();
if (values.data === undefined) rmSync(data, { recursive: true, force: true });
process.exit();
