import assert from 'node:assert/strict';
import { holdWidth, keepPicture, lookAs, seriousFaults, settled, visit } from '../browser.js';
import type { PageCheck } from './check.js';

const TABS = ['providers', 'keys', 'retention', 'judge', 'failures', 'catalogue', 'signals', 'audit'];

/** What people do with settings. */
export const SETTINGS_CHECKS: readonly PageCheck[] = [
  {
    name: 'settings: every tab is in order, light and dark, wide and narrow',
    async run({ page, url }) {
      for (const tab of [...TABS, 'providers?add=1']) {
        await visit(page, url, `settings/${tab}`);
        for (const look of [
          { colours: 'light', width: 1280 },
          { colours: 'dark', width: 400 },
        ] as const) {
          await lookAs(page, look);
          await keepPicture(page, `settings-${tab.replace(/\W/g, '-')}-${look.colours}-${look.width}`);
          await holdWidth(page);
          assert.deepEqual(await seriousFaults(page), [], tab);
        }
      }
    },
  },
  {
    name: 'settings: a change is saved, refused at its field where it is wrong, and told in the audit log',
    on: 'empty',
    async run({ page, url, complaints }) {
      await visit(page, url, 'settings/retention');
      const card = page.getByRole('region', { name: 'The log of decisions' });
      const days = card.getByLabel('Max age (days)');
      const save = card.getByRole('button', { name: 'Save' });
      assert.equal(await save.isDisabled(), true);
      await days.fill('0');
      await save.click();
      await card.getByRole('alert').waitFor();
      assert.equal(await days.getAttribute('aria-invalid'), 'true');
      assert.match((await card.locator('.field-error').textContent())!, /Expected .*>0, got 0/);
      await days.fill('many');
      await save.click();
      await card.getByText('got "many"').first().waitFor();
      // The browser tells of each refusal.
      complaints.splice(0);
      await days.fill('45');
      await days.press('Enter');
      await card.getByText('Saved').waitFor();
      await page.reload();
      await settled(page);
      assert.equal(await days.inputValue(), '45');
      await visit(page, url, 'settings/audit?find=decision-log');
      const entry = page.locator('details.entry').first();
      await entry.locator('summary').click();
      await entry.getByRole('row', { name: 'max_age_days 30 45' }).waitFor();
    },
  },
  {
    name: 'settings: a provider is added, tells that its key is missing, and is removed',
    on: 'empty',
    async run({ page, url, complaints }) {
      await visit(page, url, 'settings/providers');
      await page.getByRole('link', { name: 'Add a provider' }).click();
      await page.getByLabel('Name', { exact: true }).fill('example');
      await page.getByLabel('Base URL').fill('no address');
      await page.getByRole('button', { name: 'Add', exact: true }).click();
      await page.getByRole('alert').waitFor();
      assert.equal(await page.getByLabel('Base URL').getAttribute('aria-invalid'), 'true');
      complaints.splice(0);
      await page.getByLabel('Base URL').fill('https://llm.example.com/v1');
      await page.getByLabel('Key env').fill('NO_SUCH_VARIABLE');
      await page.getByRole('button', { name: 'Add', exact: true }).click();
      const row = page.getByRole('row', { name: /example/ });
      await row.getByText('missing', { exact: true }).waitFor();
      await row.getByRole('link').click();
      await settled(page);
      assert.equal(await page.getByLabel('Base URL').inputValue(), 'https://llm.example.com/v1');
      await page.getByRole('button', { name: 'Remove', exact: true }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
      await page.getByText('No provider yet').waitFor();
    },
  },
  {
    name: 'settings: a text is forgotten after asking back, and Escape leaves it',
    async run({ page, url }) {
      await visit(page, url, 'settings/retention');
      const card = page.getByRole('region', { name: 'Forget texts' });
      await card.getByRole('textbox').fill('a text that nobody ever asked');
      await page.getByRole('button', { name: 'Forget' }).click();
      await page.getByRole('dialog').waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await page.getByRole('button', { name: 'Forget' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Forget' }).click();
      await page.getByText('Forgotten: 0 texts of logged queries').waitFor();
    },
  },
];
