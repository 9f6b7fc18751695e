import assert from 'node:assert/strict';
import { settled, visit } from '../browser.js';
import type { PageCheck } from './check.js';

/** Longest until a run has begun. */
const BEGUN_MS = 60_000;

/** What is tried with training: versions, a run as it goes, the schedule. */
export const TRAINING_CHECKS: readonly PageCheck[] = [
  {
    name: 'a version says what it was held against, with intervals and by task',
    async run({ page, url }) {
      await visit(page, url, 'training');
      await page.getByRole('table', { name: 'Versions' }).getByRole('link').first().click();
      await settled(page);
      const gate = page.getByRole('table', { name: 'Routers beside the trained profile' });
      const row = gate.locator('tbody tr', { hasText: 'best single LLM' });
      assert.match((await row.locator('[role=img]').getAttribute('aria-label')) ?? '', /95% interval/);
      const all = await gate.textContent();
      await page.getByLabel('Queries').selectOption({ index: 1 });
      assert.notEqual(await gate.textContent(), all);
    },
  },
  {
    name: 'a run is started with options, and followed as it goes',
    async run({ page, url }) {
      await visit(page, url, 'training');
      await page.getByRole('button', { name: 'Retrain now' }).click();
      await page.getByLabel('When it comes into force').selectOption('manual');
      await page.getByLabel('Seed').fill('11');
      await page.getByRole('button', { name: 'Start' }).click();
      const bar = page.getByRole('progressbar');
      await bar.waitFor();
      await page.getByText(/activation manual/).waitFor();
      await page.locator('[role=progressbar]:not([aria-valuenow="0"])').waitFor({ timeout: BEGUN_MS });
      assert.ok((await page.getByRole('table', { name: 'Runs' }).locator('tbody tr').count()) >= 1);
    },
  },
  {
    name: 'a schedule is set, and removed',
    async run({ page, url, complaints }) {
      await visit(page, url, 'training');
      await page.getByRole('button', { name: 'Set a schedule' }).click();
      const pattern = page.getByLabel('When, as a cron pattern');
      await pattern.fill('at night');
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByText('Not set').waitFor();
      assert.match(complaints.splice(0).join(), /400/);
      await page.getByRole('button', { name: 'Mondays at 3' }).click();
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByText('0 3 * * 1').waitFor();
      await page.getByRole('button', { name: 'Remove' }).click();
      await page.getByRole('button', { name: 'Set a schedule' }).waitFor();
    },
  },
  {
    name: 'an empty ledger says how the first version comes about',
    on: 'empty',
    async run({ page, url }) {
      await visit(page, url, 'training');
      await page.getByText('Nothing is trained yet').waitFor();
    },
  },
];
