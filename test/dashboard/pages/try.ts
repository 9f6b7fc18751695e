import assert from 'node:assert/strict';
import { startProvider } from '../../../scripts/provider/server.js';
import { holdWidth, seriousFaults, visit } from '../browser.js';
import type { PageCheck } from './check.js';

async function put(url: string, path: string, body: object): Promise<void> {
  const answer = await fetch(`${url}${path}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  assert.ok(answer.ok, await answer.text());
}

export const TRY_CHECKS: readonly PageCheck[] = [
  {
    name: 'a query is tried by keyboard: who is chosen, why, and what would change it',
    async run({ page, url }) {
      await visit(page, url, 'try');
      await page.getByLabel('Query', { exact: true }).fill('Write a Python function that adds two numbers.');
      await page.keyboard.press('Control+Enter');
      const result = page.getByRole('region', { name: 'By quality', exact: true });
      for (const title of ['What would change the choice', 'Excluded', 'Nearest logged queries'])
        await result.getByText(title, { exact: true }).waitFor();
      assert.ok((await result.locator('tbody tr').count()) > 1);
      assert.ok((await result.locator('.track[aria-label*="95% interval"]').count()) > 1, 'intervals');
      await page.setViewportSize({ width: 400, height: 900 });
      await holdWidth(page);
      assert.deepEqual(await seriousFaults(page), []);
    },
  },
  {
    name: 'sliders and ticks bound the choice, and say who is excluded by what',
    async run({ page, url }) {
      await visit(page, url, 'try?query=What%20is%20the%20capital%20of%20Peru%3F');
      await page.getByRole('group').locator('summary').click();
      await page.getByRole('checkbox', { name: 'sim/summit-140b' }).check();
      const latency = page.getByLabel(/^Most latency/);
      await latency.focus();
      for (let i = 0; i < 65; i++) await page.keyboard.press('ArrowLeft');
      await page.getByRole('button', { name: 'Route', exact: true }).click();
      const result = page.getByRole('region', { name: 'By quality', exact: true });
      await result.getByText('it is named in exclude').waitFor();
      await result
        .getByText(/latency/i)
        .first()
        .waitFor();
      assert.equal(await result.locator('tbody').getByText('sim/summit-140b').count(), 0);
    },
  },
  {
    name: 'two policies are tried side by side',
    async run({ page, url }) {
      await visit(page, url, 'try');
      await page.getByLabel('Compare two policies').check();
      await page.getByRole('button', { name: 'What is the capital of Peru?' }).click();
      await page.getByRole('region', { name: 'Another policy' }).locator('select').selectOption('cost');
      await page.getByRole('button', { name: 'Route', exact: true }).click();
      for (const title of ['By quality', 'By cost'])
        await page.getByRole('region', { name: title, exact: true }).locator('tbody tr').first().waitFor();
    },
  },
  {
    name: 'where an LLM can be called, its answer streams, can be stopped, the chat goes on; health shows where',
    async run({ page, url }) {
      const provider = await startProvider({ models: { slow: { chunkMs: 40, chunks: 60 } } });
      await put(url, '/v1/providers/local', { base_url: provider.baseUrl });
      await put(url, '/v1/models/local/slow', { deployments: [{ provider: 'local', model: 'slow' }] });
      await visit(page, url, 'try');
      await page.getByRole('button', { name: 'Chat', exact: true }).click();
      await page.getByRole('textbox', { name: 'Message 1' }).fill('Tell me a story.');
      await page.getByLabel('Let the LLM answer').check();
      const answer = page.locator('pre.answer');
      await page.keyboard.press('Control+Enter');
      await page.getByText(/first words after/).waitFor();
      await page.getByRole('button', { name: 'Stop' }).click();
      await page.getByText('stopped', { exact: true }).waitFor();
      await page.getByRole('textbox', { name: 'Message 1' }).press('Control+Enter');
      await page.getByText(/whole after/).waitFor();
      const text = (await answer.textContent()) ?? '';
      assert.ok(text.length > 20, text);
      await page.getByRole('button', { name: 'Go on with the chat' }).click();
      assert.equal(await page.getByRole('textbox', { name: 'Message 2' }).inputValue(), text);
      assert.equal(await page.getByRole('textbox', { name: 'Message 3' }).inputValue(), '');
      await visit(page, url, 'health');
      await page.locator('tr', { hasText: 'local/slow' }).filter({ hasText: 'called' }).waitFor();
      // The others find the service as it was.
      for (const path of ['/v1/models/local/slow', '/v1/providers/local'])
        assert.ok((await fetch(`${url}${path}`, { method: 'DELETE' })).ok, path);
      await provider.close();
    },
  },
];
