import assert from 'node:assert/strict';
import { QUERIES, visit } from '../browser.js';
import type { PageCheck } from './check.js';

/** What is tried on the map of queries. */
export const MAP_CHECKS: readonly PageCheck[] = [
  {
    name: 'map: a lasso says what is in a region and who is good there',
    async run({ page, url }) {
      await visit(page, url, 'map');
      await page.getByRole('heading', { name: `All of it: ${QUERIES} queries` }).waitFor();
      await page.getByRole('button', { name: 'Selects' }).click();
      const box = (await page.getByRole('application').boundingBox())!;
      const at = (x: number, y: number): [number, number] => [box.x + x * box.width, box.y + y * box.height];
      await page.mouse.move(...at(0.1, 0.1));
      await page.mouse.down();
      for (const [x, y] of [
        [0.6, 0.1],
        [0.6, 0.7],
        [0.1, 0.7],
      ] as const)
        await page.mouse.move(...at(x, y), { steps: 4 });
      await page.mouse.up();
      const title = await page.getByRole('heading', { name: /^Region: [\d,]+ queries/ }).innerText();
      const inside = Number(/[\d,]+/.exec(title)![0].replaceAll(',', ''));
      assert.ok(inside > 0 && inside < QUERIES, title);
      const rows = page.getByRole('region', { name: 'LLMs in the region, by expected score' }).getByRole('row');
      assert.equal(await rows.count(), 9);
      assert.match((await page.locator('.range').first().getAttribute('title'))!, /95% interval/);
      await page.getByRole('button', { name: 'Its answers' }).first().click();
      await page.getByRole('region', { name: 'Answers to the query' }).waitFor();
      await page.getByRole('button', { name: 'Let go of the query' }).click();
      await page.getByRole('button', { name: 'Let go of the region' }).click();
      await page.getByRole('heading', { name: /^All of it/ }).waitFor();
    },
  },
  {
    name: 'map: the keyboard zooms, and selects what is in view, or a task',
    async run({ page, url }) {
      await visit(page, url, 'map');
      await page.getByRole('application').focus();
      for (let i = 0; i < 4; i++) await page.keyboard.press('+');
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: /^Region/ }).waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('heading', { name: /^All of it/ }).waitFor();
      await page.getByRole('combobox', { name: 'Region' }).selectOption('task:trivia');
      await page.getByRole('heading', { name: /^trivia: \d+ queries/ }).waitFor();
      assert.match(page.url(), /group=task%3Atrivia/);
    },
  },
  {
    name: 'map: colours say the kind, the best LLM, and the regret of one that is always taken',
    async run({ page, url }) {
      await visit(page, url, 'map');
      const legend = (name: string): Promise<string[]> =>
        page.getByRole('list', { name }).getByRole('listitem').allInnerTexts();
      assert.ok((await legend('Kinds of query, by colour')).length > 5);
      await page.getByRole('button', { name: 'Best LLM' }).click();
      assert.match((await legend('LLMs that are expected to be best, by colour')).join(), /sim\//);
      await page.getByRole('button', { name: 'Regret', exact: true }).click();
      const before = await legend('Regret, by colour');
      await page.getByLabel('Regret of always taking').selectOption('sim/comet-3b');
      assert.notDeepEqual(await legend('Regret, by colour'), before);
    },
  },
];
