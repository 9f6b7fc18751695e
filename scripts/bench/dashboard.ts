/**
 * What people feel of the dashboard, over a ledger with many decisions, in Debian's Chromium on this machine: the first
 * contentful paint and what is loaded for it, the slowest interaction to next paint of all buttons, links and fields
 * that are used here, and how long `/v1/route` takes beside ten open dashboards that are live, in turns with none. The
 * browser has only what the service leaves of the processors, as it stands for other machines.
 *
 *     node dist/scripts/bench/dashboard.js [--decisions 100000] [--tabs 10] [--rounds 10] [--seconds 5] [--rate 100]
 *       [--data DIR], where the trained data is kept for another time
 */
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Browser } from 'playwright-core';
import { packageRoot } from '../../src/base/paths.js';
import { table } from '../../src/cli/output.js';
import { openWorkspace } from '../../src/cli/workspace.js';
import { loadSimulation, simulate } from '../../src/simulator/index.js';
import { trainAndActivate } from '../../src/training/trainer.js';
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

/** What is used of each page: the first of its buttons that choose or sort, and its fields. */
async function slowestInteraction(browser: Browser): Promise<[string, string, number][]> {
  const found: [string, string, number][] = [];
  for (const path of PAGES) {
    const page = await browser.newPage();
    await page.addInitScript(WATCH);
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

await browser.close();

const tabs = fork(join(packageRoot, 'dist/scripts/bench/dashboard-tabs.js'), [url, values.chromium]);

/** Answers once as many dashboards are open and show what they read. */
async function open(wanted: number): Promise<void> {
  tabs.send(wanted);
  await once(tabs, 'message');
}

const rounds: Record<'without' | 'with', { p50: number; p99: number }[]> = { without: [], with: [] };
await measure(3);
for (let round = 0; round < Number(values.rounds); round++)
  for (const which of round % 2 === 0 ? (['without', 'with'] as const) : (['with', 'without'] as const)) {
    await open(which === 'with' ? Number(values.tabs) : 0);
    await sleep(1500);
    rounds[which].push(await measure(Number(values.seconds)));
  }
tabs.disconnect();
const row = (which: keyof typeof rounds): string[] => [
  `${which} ${values.tabs} dashboards`,
  ...(['p50', 'p99'] as const).map((q) => median(rounds[which].map((one) => one[q])).toFixed(2)),
];
const quartiles = [0.25, 0.5, 0.75];
const ratios = rounds.with.map(({ p99 }, i) => p99 / rounds.without[i]!.p99);
process.stdout.write(
  `${table(['/v1/route, ms, medians of rounds', 'p50', 'p99'], [row('without'), row('with')])}\n` +
    `p99 with over without, quartiles of rounds: ${quartiles.map((q) => quantileOf(ratios, q).toFixed(2)).join(', ')}\n`,
);
load.close();
if (values.data === undefined) rmSync(data, { recursive: true, force: true });
process.exit();
