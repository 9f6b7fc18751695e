import assert from 'node:assert/strict';
import { holdWidth, keepPicture, lookAs, seriousFaults, settled, visit } from '../browser.js';
import type { PageCheck } from './check.js';

/** Longest that an estimate takes, in milliseconds. */
const ESTIMATED_MS = 60_000;

async function inOrder(tab: Parameters<PageCheck['run']>[0], name: string): Promise<void> {
  const { page } = tab;
  for (const look of [
    { colours: 'light', width: 1280 },
    { colours: 'dark', width: 400 },
  ] as const) {
    await lookAs(page, look);
    await keepPicture(page, `${name}-${look.colours}-${look.width}`);
    await holdWidth(page);
    assert.deepEqual(await seriousFaults(page), [], name);
  }
  await lookAs(page, { colours: 'light', width: 1280 });
}

/** What people do with policies and experiments. */
export const POLICIES_CHECKS: readonly PageCheck[] = [
  {
    name: 'policies: one is written, previewed before it is saved, saved and removed',
    async run(tab) {
      const { page, url, complaints } = tab;
      await visit(page, url, 'policies');
      await page.getByRole('row', { name: /^quality default built in/ }).waitFor();
      await page.getByRole('link', { name: 'New policy' }).click();
      await page.getByLabel('Name', { exact: true }).fill('thrifty-check');
      const weight = page.getByLabel('Relative cost weight');
      await weight.fill('7');
      await page.getByRole('button', { name: 'Make the policy' }).click();
      await page.getByRole('alert').waitFor();
      assert.equal(await weight.getAttribute('aria-invalid'), 'true');
      complaints.splice(0);
      await weight.fill('0.3');
      await page.getByRole('button', { name: 'Preview' }).click();
      await page.locator('.frontier svg').waitFor({ timeout: ESTIMATED_MS });
      await page.getByText('tell as much as').waitFor();
      await page.getByRole('cell', { name: 'Quality', exact: true }).waitFor();
      await page.getByText(/decisions would differ|No decision would differ/).waitFor();
      await inOrder(tab, 'policies-preview');
      await page.getByRole('button', { name: 'Make the policy' }).click();
      await page.getByRole('heading', { name: 'Policy thrifty-check' }).waitFor();
      await visit(page, url, 'policies');
      await page.getByRole('cell', { name: '0.3 quality for the dearest candidate’s cost' }).waitFor();
      await visit(page, url, 'policies/policy/thrifty-check');
      await page.getByRole('button', { name: 'Remove', exact: true }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
      await page.getByRole('region', { name: 'Policies', exact: true }).first().waitFor();
      assert.equal(await page.getByRole('link', { name: 'thrifty-check' }).count(), 0);
    },
  },
  {
    name: 'policies: a shadow is started, paused, resumed and removed, each after asking back',
    async run(tab) {
      const { page, url, complaints } = tab;
      await visit(page, url, 'policies/new-experiment');
      await page.getByLabel('Name', { exact: true }).fill('shadow-check');
      await page.getByRole('button', { name: 'Start', exact: true }).click();
      await page.getByRole('alert').getByText('a policy, a version or models').waitFor();
      complaints.splice(0);
      await page.getByLabel('Policy', { exact: true }).fill('cost');
      await inOrder(tab, 'policies-new-experiment');
      await page.getByRole('button', { name: 'Start', exact: true }).click();
      await page.getByRole('heading', { name: 'Experiment shadow-check' }).waitFor();
      const answer = await fetch(`${url}/v1/route`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: 'What is the sum of two numbers?' }),
      });
      assert.equal(answer.status, 200);
      await page.getByText('Decisions compared').waitFor();
      for (const [button, state] of [
        ['Pause', 'paused'],
        ['Resume', 'running'],
        ['End', 'ended'],
      ] as const) {
        await page.getByRole('button', { name: button, exact: true }).click();
        await page.getByRole('dialog').getByRole('button', { name: button }).click();
        await page.locator('main .badge').getByText(state, { exact: true }).first().waitFor();
      }
      await settled(page);
      await inOrder(tab, 'policies-shadow');
      await page.getByRole('button', { name: 'Remove', exact: true }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
      await page.getByRole('region', { name: 'Experiments' }).first().waitFor();
      assert.equal(await page.getByRole('link', { name: 'shadow-check' }).count(), 0);
    },
  },
  {
    name: 'policies: a canary and an A/B test show their arms and what the test says',
    async run(tab) {
      const { page, url } = tab;
      const put = async (name: string, body: unknown): Promise<void> => {
        const headers = { 'content-type': 'application/json' };
        const answer = await fetch(`${url}/v1/experiments/${name}`, {
          method: 'PUT',
          headers,
          body: JSON.stringify(body),
        });
        assert.equal(answer.status, 201, await answer.text());
      };
      await put('canary-check', { kind: 'canary', of: 'latency', candidate: { policy: 'cost' } });
      const arms = [
        { name: 'control', share: 0.5 },
        { name: 'cheaper', share: 0.5, policy: 'cost' },
      ];
      await put('ab-check', { kind: 'ab', of: 'balanced', arms });
      for (const [name, arm] of [
        ['canary-check', 'candidate'],
        ['ab-check', 'cheaper'],
      ] as const) {
        await visit(page, url, `policies/experiments/${name}`);
        await page.getByRole('region', { name: 'Arms' }).last().getByRole('cell', { name: arm, exact: true }).waitFor();
        await page.getByText('not told yet').first().waitFor();
        await inOrder(tab, `policies-${name}`);
        await fetch(`${url}/v1/experiments/${name}`, { method: 'DELETE' });
      }
    },
  },
  {
    name: 'policies: without decisions, a preview says what to do',
    on: 'empty',
    async run({ page, url, complaints }) {
      await visit(page, url, 'policies/policy/balanced');
      await page.getByRole('button', { name: 'Preview' }).click();
      await page.getByText('Nothing to estimate it from yet').waitFor({ timeout: ESTIMATED_MS });
      complaints.splice(0);
      await visit(page, url, 'policies/experiments');
      await page.getByText('No experiment yet').waitFor();
    },
  },
];
