import assert from 'node:assert/strict';
import { settled } from '../browser.js';
import type { PageCheck } from './check.js';

/** What is tried on the overview. */
export const OVERVIEW_CHECKS: readonly PageCheck[] = [
  {
    name: 'the overview shows the days of traffic, and is compared with what one chooses',
    async run({ page, url }) {
      await page.goto(`${url}/#/`);
      await settled(page);
      const decisions = page.locator('.figure', { hasText: 'Decisions' }).locator('.value');
      assert.ok(Number((await decisions.innerText()).replaceAll(',', '')) > 1_000);
      for (const title of ['Traffic by LLM', 'Quality', 'Cost', 'Latency', 'Errors'])
        await page.locator('section', { hasText: title }).locator('canvas').first().waitFor();
      const saved = page.locator('.figure', { hasText: 'Saved' });
      await page.getByLabel('Compared with').selectOption('single:sim/summit-140b');
      await saved.getByText('less than always sim/summit-140b').waitFor();
      assert.match(page.url(), /baseline=single/);
      await page.getByRole('button', { name: '30 days' }).click();
      await page.waitForURL(/range=30d/);
      await settled(page);
      assert.ok((await page.locator('.table tbody tr').count()) > 0);
    },
  },
  {
    name: 'an overview without traffic says how to make some',
    on: 'empty',
    async run({ page, url }) {
      await page.goto(`${url}/#/`);
      await settled(page);
      await page.getByText('No traffic in this time').waitFor();
      await page.getByText(`curl '${url}/route`).waitFor();
    },
  },
];
