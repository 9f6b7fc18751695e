import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { settled, visit } from '../browser.js';
import type { PageCheck } from './check.js';

async function route(url: string, query: string, fields: object = {}): Promise<string> {
  const answer = await fetch(`${url}/v1/route`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, ...fields }),
  });
  assert.equal(answer.status, 200);
  return ((await answer.json()) as { decision_id: string }).decision_id;
}

const rowOf = (page: Page, text: string) => page.locator('main tbody tr', { hasText: text });

export const DECISION_CHECKS: readonly PageCheck[] = [
  {
    name: 'new decisions come in on top, and wait while the list is paused',
    async run({ page, url }) {
      await visit(page, url, 'decisions');
      await page.getByText('Live', { exact: true }).waitFor();
      await route(url, 'the first that comes in');
      await rowOf(page, 'the first that comes in').waitFor();
      await page.getByRole('button', { name: 'Pause' }).click();
      await route(url, 'one that comes while it is paused');
      await page.getByText('Paused, 1 new').waitFor();
      assert.equal(await rowOf(page, 'one that comes while it is paused').count(), 0);
      await page.getByRole('button', { name: 'Go on' }).click();
      const first = page.locator('main tbody tr').first();
      assert.match((await first.textContent()) ?? '', /one that comes while it is paused/);
    },
  },
  {
    name: 'decisions are searched by words and by id, filtered, and the address says by what',
    async run({ page, url }) {
      const id = await route(url, 'Where do zebras sleep?', { policy: 'cost' });
      await visit(page, url, 'decisions');
      const search = page.getByRole('searchbox', { name: 'Search' });
      await search.fill('ZEBRAS');
      await search.press('Enter');
      await rowOf(page, 'Where do zebras sleep?').first().waitFor();
      await settled(page);
      assert.match(page.url(), /search=ZEBRAS/);
      await page.getByLabel('Policy').selectOption('latency');
      await page.getByText('No decision is like this').waitFor();
      await page.getByRole('button', { name: 'Clear' }).click();
      await search.fill(id);
      await search.press('Enter');
      await page.getByRole('heading', { name: 'Decision', exact: true }).waitFor();
      assert.match(page.url(), new RegExp(`#/decisions/${id}$`));
    },
  },
  {
    name: 'a decision is shown whole, and takes feedback',
    async run({ page, url }) {
      const excluded = 'sim/summit-140b';
      const id = await route(url, '<img src=x onerror=alert(1)> What is 12 + 30?', { exclude: [excluded] });
      await visit(page, url, `decisions/${id}`);
      for (const title of ['Query', 'Chosen', 'Ranking', 'Why', 'Excluded', 'Nearest logged queries', 'Rules'])
        await page.getByRole('region', { name: title, exact: true }).waitFor();
      assert.match((await page.locator('.query-text').textContent()) ?? '', /<img src=x/, 'texts stay texts');
      assert.match((await page.getByRole('region', { name: 'Excluded' }).textContent()) ?? '', /named in exclude/);
      assert.ok((await page.locator('main tbody tr').count()) > 1, 'a ranking');
      await page.getByRole('button', { name: 'Good', exact: true }).click();
      await page.getByLabel('Comment').fill('Quick and right.');
      await page.getByRole('button', { name: 'Give feedback' }).click();
      await page.getByText('Stored: it counts from now on.').waitFor();
      const results = page.getByRole('region', { name: 'What came of it' });
      await results.getByText('Quick and right.').waitFor();
      await results.getByText('thumb').waitFor();
    },
  },
  {
    name: 'a decision that is not there says so',
    on: 'empty',
    async run({ page, url, complaints }) {
      await visit(page, url, 'decisions');
      await page.getByText('Nothing was decided yet').waitFor();
      await visit(page, url, 'decisions/01890000-0000-7000-8000-000000000001');
      await page.getByRole('alert').getByText('decision_not_found').waitFor();
      // The browser tells of each answer that is not one of success.
      assert.ok(complaints.splice(0).every((complaint) => /404/.test(complaint)));
    },
  },
];
