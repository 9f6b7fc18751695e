import { settled } from '../browser.js';
import type { PageCheck } from './check.js';

/** What is tried on the page of health. */
export const HEALTH_CHECKS: readonly PageCheck[] = [
  {
    name: 'an LLM is taken out of the rankings and put back, and the alert of the one that got worse is shown',
    async run({ page, url }) {
      await page.goto(`${url}/#/health`);
      await settled(page);
      await page.locator('section', { hasText: 'translation' }).getByText('open').first().waitFor();
      await page
        .getByRole('img', { name: /^Mean score of .+ on translation over time: .+ before the change/ })
        .waitFor();
      const row = page.locator('tr', { hasText: 'sim/comet-3b' }).filter({ hasText: 'In' });
      await row.waitFor();
      await page.getByRole('button', { name: 'Take out: sim/comet-3b' }).click();
      const asks = page.getByRole('dialog');
      await asks.getByLabel(/^Why/).fill('its provider moves');
      await page.keyboard.press('Escape');
      await asks.waitFor({ state: 'detached' });
      await row.waitFor();
      await page.getByRole('button', { name: 'Take out: sim/comet-3b' }).click();
      await asks.getByRole('button', { name: 'Take out' }).click();
      await page.locator('tr', { hasText: 'sim/comet-3b' }).getByText('its provider moves').waitFor();
      await page.getByRole('button', { name: 'Put back: sim/comet-3b' }).click();
      await asks.getByRole('button', { name: 'Put back' }).click();
      await page.getByRole('button', { name: 'Take out: sim/comet-3b' }).waitFor();
    },
  },
];
