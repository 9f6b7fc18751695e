import assert from 'node:assert/strict';
import { settled, visit } from '../browser.js';
import type { PageCheck } from './check.js';

/** Longest that a graph takes to be drawn without a graphics card, in milliseconds. */
const DRAWN_MS = 120_000;

/** What is tried on the graph. */
export const GRAPH_CHECKS: readonly PageCheck[] = [
  {
    name: 'graph: an LLM leads to its neighbours, by table and by arrow keys, and to its page',
    async run({ page, url }) {
      await visit(page, url, 'graph');
      await page.locator('.stage canvas').first().waitFor({ timeout: DRAWN_MS });
      await page
        .getByRole('region', { name: 'LLMs of the graph' })
        .getByRole('button', { name: 'sim/' })
        .first()
        .click();
      const neighbours = page.getByRole('region', { name: 'Neighbours' });
      await neighbours.waitFor({ timeout: DRAWN_MS });
      assert.ok((await neighbours.getByRole('row').count()) > 5);
      const llm = await page.locator('.card h2 [aria-live]').innerText();
      assert.equal(
        await page.getByRole('link', { name: 'All that is known of it' }).getAttribute('href'),
        `#/models/${encodeURIComponent(llm)}`,
      );
      await page.getByRole('application').focus();
      const selected = (): Promise<string> => page.locator('.card h2 [aria-live]').innerText();
      for (const key of ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown']) {
        await page.keyboard.press(key);
        if ((await selected()) !== llm) break;
      }
      assert.notEqual(await selected(), llm);
      await page.keyboard.press('Escape');
      await page.getByRole('region', { name: 'LLMs of the graph' }).waitFor();
    },
  },
  {
    name: 'graph: a query shows its text and its answers',
    async run({ page, url }) {
      const { nodes } = (await (await fetch(`${url}/v1/graph`)).json()) as { nodes: { kind: string; id: string }[] };
      const { id } = nodes.find(({ kind }) => kind === 'query')!;
      const { query } = (await (await fetch(`${url}/v1/queries/${id}`)).json()) as { query: string };
      await visit(page, url, `graph?node=query:${id}`);
      await page.getByRole('region', { name: 'Answers to the query' }).waitFor({ timeout: DRAWN_MS });
      assert.equal((await page.locator('.quote').innerText()).trim(), query.trim());
    },
  },
  {
    name: 'graph: a name is searched for, kinds of node are left out, and force lays it out anew',
    async run({ page, url }) {
      await visit(page, url, 'graph?queries=200');
      await page.locator('.stage canvas').first().waitFor({ timeout: DRAWN_MS });
      await page.getByLabel('Find a node').fill('trivia');
      await page.getByLabel('Find a node').press('Enter');
      await page.locator('.card h2', { hasText: 'trivia' }).waitFor();
      await page.getByLabel('Queries', { exact: false }).and(page.locator('input')).uncheck();
      assert.match(page.url(), /hide=query/);
      await page.getByRole('button', { name: 'By force' }).click();
      await page.getByText(/Laying out/).waitFor();
      await page.getByText(/Laying out/).waitFor({ state: 'detached', timeout: DRAWN_MS });
    },
  },
  {
    name: 'graph: where nothing is trained, it says how to',
    on: 'empty',
    async run({ page, url }) {
      await visit(page, url, 'graph');
      await settled(page);
      await page.getByText('npx pointsman train').waitFor();
    },
  },
];
