import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { lacking } from '../support/programs.js';
import {
  holdWidth,
  KEEPS_PICTURES,
  keepPicture,
  launch,
  lookAs,
  openTab,
  seriousFaults,
  settled,
  startDemo,
  startEmpty,
  visit,
  type Look,
  type Shown,
} from './browser.js';
import { PAGE_CHECKS } from './pages/index.js';

const PAGES = ['', 'try', 'decisions', 'models', 'graph', 'map', 'training', 'policies', 'health', 'settings'];

/** Both colours, and both widths. */
const LOOKS: readonly Look[] = [
  { colours: 'light', width: 1280 },
  { colours: 'dark', width: 400 },
];
/** What there is beside, where pictures are kept to be looked at. */
const OTHER_LOOKS: readonly Look[] = KEEPS_PICTURES
  ? [
      { colours: 'light', width: 400 },
      { colours: 'dark', width: 1280 },
    ]
  : [];

describe('the dashboard', { skip: lacking('chromium') }, () => {
  let browser: Browser;
  const services: Record<'demo' | 'empty', Shown | undefined> = { demo: undefined, empty: undefined };

  before(async () => {
    [browser, services.demo, services.empty] = await Promise.all([launch(), startDemo(), startEmpty()]);
  });
  after(async () => {
    await browser?.close();
    await Promise.all([services.demo?.stop(), services.empty?.stop()]);
  });

  for (const state of ['demo', 'empty'] as const)
    for (const path of PAGES)
      test(`${path || 'overview'} on ${state === 'demo' ? 'the demo’s data' : 'an empty ledger'}`, async () => {
        const { url } = services[state]!;
        const { page, context, complaints } = await openTab(browser, url, LOOKS[0]!);
        await visit(page, url, path);
        for (const look of [...LOOKS, ...OTHER_LOOKS]) {
          await lookAs(page, look);
          await keepPicture(page, `${path || 'overview'}-${state}-${look.colours}-${look.width}`);
          await holdWidth(page);
          assert.deepEqual(await seriousFaults(page), []);
        }
        assert.deepEqual(complaints, []);
        await context.close();
      });

  test('every page is reached by keyboard', async () => {
    const { url } = services.demo!;
    const { page, context } = await openTab(browser, url, LOOKS[0]!);
    await visit(page, url, '');
    for (const path of PAGES.slice(1)) {
      const link = page.locator(`nav a[href="#/${path}"]`);
      await link.focus();
      await page.keyboard.press('Enter');
      await settled(page);
      const focused = await page.evaluate('document.activeElement?.tagName');
      assert.equal(focused, 'H1', path);
    }
    await context.close();
  });

  for (const { name, run, on = 'demo' } of PAGE_CHECKS)
    test(name, async () => {
      const { url } = services[on]!;
      const tab = await openTab(browser, url, LOOKS[0]!);
      await run({ ...tab, url });
      assert.deepEqual(tab.complaints, []);
      await tab.context.close();
    });
});
