import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { packageRoot } from '../../src/base/paths.js';
import { ENV } from '../cli/support.js';
import { start, type RunningProcess } from '../support/process.js';
import { findChromium } from '../support/programs.js';
import { temporaryFolder } from '../support/temporary.js';

const MAIN = join(packageRoot, 'dist/src/cli/main.js');
const PICTURES = process.env['POINTSMAN_SCREENSHOTS'];
/** Whether pictures of pages are kept. */
export const KEEPS_PICTURES = PICTURES !== undefined;
const READY_MS = 400_000;
/** Longest that a page takes to show what it shows, in milliseconds. */
const SHOWN_MS = 20_000;

/** A service that people look at. */
export interface Shown {
  url: string;
  stop(): Promise<void>;
}

/** Starts a command that ends with a service left listening on a free port. */
async function startShown(args: (data: string) => string[], ready: string): Promise<Shown> {
  const { path, remove } = temporaryFolder();
  let running: RunningProcess;
  try {
    running = await start(
      process.execPath,
      [MAIN, ...args(join(path, 'data')), '--port', '0'],
      ready,
      { env: ENV },
      READY_MS,
    );
  } catch (error) {
    remove();
    throw error;
  }
  const url = /http:\/\/127\.0\.0\.1:\d+/.exec(running.output())![0];
  return {
    url,
    async stop() {
      await running.stop();
      remove();
    },
  };
}

/** Queries that the demo is trained on here: fewer than where it is not told. */
export const QUERIES = 500;

/** What `npm run demo` leaves listening. */
export const startDemo = (): Promise<Shown> =>
  startShown((data) => ['demo', '--data', data, '--queries', String(QUERIES)], 'Ctrl-C stops it');

/** A service on an empty ledger. */
export const startEmpty = (): Promise<Shown> =>
  startShown((data) => ['start', '--data', data, '--encoder', 'hashing'], 'Pointsman listens on');

/** Debian's Chromium, which draws WebGL without a graphics card. */
export const launch = (): Promise<Browser> =>
  chromium.launch({
    executablePath: findChromium()!,
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--enable-unsafe-swiftshader'],
  });

export interface Look {
  colours: 'light' | 'dark';
  /** Width of the page in pixels. */
  width: number;
}

/** What a page complained of while it was open. */
export interface Tab {
  page: Page;
  context: BrowserContext;
  /** Errors, and requests to elsewhere; both should stay empty. */
  complaints: string[];
}

/** Opens a tab in which nothing is remembered. */
export async function openTab(browser: Browser, url: string, { colours, width }: Look): Promise<Tab> {
  const context = await browser.newContext({
    colorScheme: colours,
    viewport: { width, height: 900 },
    reducedMotion: 'reduce',
    timezoneId: 'UTC',
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    // What the driver says of its speed is no fault of the page.
    const isDriver = message.text().startsWith('[.WebGL');
    if (!isDriver && (message.type() === 'error' || message.type() === 'warning')) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => {
    const asked = request.url();
    if (!asked.startsWith(url) && !asked.startsWith('data:') && !asked.startsWith('blob:')) complaints.push(asked);
  });
  return { page, context, complaints };
}

/** Goes to a page of the dashboard, and waits until all that it reads is there. */
export async function visit(page: Page, url: string, path: string): Promise<void> {
  await page.goto(`${url}/#/${path}`);
  await settled(page);
}

/** Changes colours and width, as a system or a person would. */
export async function lookAs(page: Page, { colours, width }: Look): Promise<void> {
  await page.emulateMedia({ colorScheme: colours, reducedMotion: 'reduce' });
  await page.setViewportSize({ width, height: 900 });
  // Charts and graphs are drawn anew with the next frames.
  await page.evaluate('new Promise((resume) => requestAnimationFrame(() => requestAnimationFrame(resume)))');
}

/** Waits until nothing is being read. */
export async function settled(page: Page): Promise<void> {
  await page.locator('main h1').first().waitFor({ timeout: SHOWN_MS });
  // Not by a function: what waits for one evaluates a text in the page, which its policy forbids.
  await page.locator('.loading').first().waitFor({ state: 'detached', timeout: SHOWN_MS });
}

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
let axe: Promise<string> | undefined;

interface AxeResult {
  violations: { id: string; impact: string; help: string; nodes: { html: string }[] }[];
}

/** What axe finds that is serious or worse. */
export async function seriousFaults(page: Page): Promise<string[]> {
  axe ??= readFile(AXE, 'utf8');
  await page.evaluate(await axe);
  const { violations } = (await page.evaluate(
    '(globalThis.axe).run(document, { resultTypes: ["violations"] })',
  )) as AxeResult;
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`);
}

/** Keeps a picture of the page, where `POINTSMAN_SCREENSHOTS` names a folder for them. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  if (PICTURES === undefined) return;
  mkdirSync(PICTURES, { recursive: true });
  await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true });
}

/** Fails where the page is wider than its window: people would have to scroll sideways. */
export async function holdWidth(page: Page): Promise<void> {
  const [content, window] = (await page.evaluate(
    '[document.documentElement.scrollWidth, document.documentElement.clientWidth]',
  )) as [number, number];
  assert.ok(content <= window, `the page is ${content} pixels wide in a window of ${window}`);
}
