import assert from 'node:assert/strict';
import { settled, visit } from '../browser.js';
import type { PageCheck } from './check.js';

/** What is tried with LLMs: as a table, one by one, and changed. */
export const MODEL_CHECKS: readonly PageCheck[] = [
  {
    name: 'an LLM is found in the table, and its profile says what is declared and learned',
    async run({ page, url }) {
      await visit(page, url, 'models');
      const rows = page.getByRole('region', { name: 'LLMs', exact: true }).locator('tbody tr');
      assert.equal(await rows.count(), 8);
      const heat = page.getByRole('table', { name: 'Expected quality by task' });
      assert.equal(await heat.locator('tbody tr').count(), 8);
      await page.getByRole('searchbox').fill('summit');
      assert.equal(await rows.count(), 1);
      assert.match(page.url(), /[?&]q=summit/);
      await rows.getByRole('link').click();
      await settled(page);
      assert.equal(await page.locator('h1').textContent(), 'sim/summit-140b');
      const facts = page.getByRole('region', { name: 'Declared and learned' }).getByRole('table');
      assert.match((await facts.textContent()) ?? '', /trivia/);
      await page.getByRole('button', { name: 'Kind', exact: true }).click();
      await page.getByRole('table', { name: 'Quality by kind' }).waitFor();
      assert.equal(await page.getByRole('table', { name: 'Nearest LLMs' }).locator('tbody tr').count(), 5);
    },
  },
  {
    name: 'an LLM is added, a wrong fact is told at its field, and it is taken out once that is confirmed',
    async run({ page, url, complaints }) {
      await visit(page, url, 'models?add=1');
      await page.getByLabel('Id', { exact: false }).first().fill('check/one');
      const size = page.getByRole('textbox', { name: /^Size/ });
      await size.fill('-3');
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByText('one field is wrong').waitFor();
      assert.equal(await size.getAttribute('aria-invalid'), 'true');
      // The browser notes by itself that the service refused.
      assert.match(complaints.splice(0).join(), /400/);
      await size.fill('3');
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByRole('heading', { name: 'check/one', level: 1 }).waitFor();
      await settled(page);
      await page.getByText('3 billion parameters').waitFor();
      await page.getByRole('button', { name: 'Take out' }).click();
      const dialog = page.getByRole('dialog', { name: 'Take check/one out?' });
      await dialog.waitFor();
      await page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'hidden' });
      await page.getByRole('button', { name: 'Take out' }).click();
      await dialog.getByRole('button', { name: 'Take out' }).click();
      await page.getByRole('heading', { name: 'Models', level: 1 }).waitFor();
      await settled(page);
      assert.equal(await page.getByText('check/one').count(), 0);
    },
  },
  {
    name: 'an empty ledger says how LLMs come to be known',
    on: 'empty',
    async run({ page, url }) {
      await visit(page, url, 'models');
      await page.getByText('No LLM is known yet').waitFor();
    },
  },
];
