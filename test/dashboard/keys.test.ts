import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import type { KeyMade } from '../../src/schema/key.js';
import { makeKey, startService, type Service } from '../http/service.js';
import { lacking } from '../support/programs.js';
import { launch, openTab, seriousFaults, settled, visit, type Look, type Tab } from './browser.js';

const LOOK: Look = { colours: 'light', width: 1280 };
const PAGES = ['', 'try', 'decisions', 'models', 'graph', 'map', 'training', 'policies', 'health', 'settings'];
const MORE = [
  'policies/experiments',
  'policies/policy/quality',
  'policies/policy/marked',
  'policies/new-experiment',
  ...['providers', 'keys', 'retention', 'judge', 'failures', 'catalogue', 'signals', 'audit'].map(
    (tab) => `settings/${tab}`,
  ),
];

/** A text that would run, were it taken for markup. */
const MARKUP = '<img src=x onerror=globalThis.ran=1>';

async function signIn(page: Page, key: string, stay = false): Promise<void> {
  await page.getByLabel('Key').fill(key);
  if (stay) await page.getByLabel('Stay signed in on this device').check();
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** Complaints but that there is no queue: this service was opened without one, and pages say so. */
const withoutQueue = (complaints: readonly string[]): string[] =>
  complaints.filter((text) => !text.includes('status of 503'));

describe('the dashboard, where keys are asked for', { skip: lacking('chromium') }, () => {
  let ahead = 0;
  const clock = () => Date.now() + ahead;
  let browser: Browser;
  let service: Service;
  let admin: KeyMade;
  let reader: KeyMade;

  before(async () => {
    browser = await launch();
    service = await startService({ clock, llms: ['a/small', `b/${MARKUP}`] });
    admin = await makeKey(service, { name: `root ${MARKUP}`, scopes: ['admin'] });
    reader = await makeKey(service, { name: 'reader', scopes: ['read'] });
    const ask = async (method: string, path: string, body: unknown): Promise<void> => {
      const headers = { authorization: `Bearer ${admin.key}`, 'content-type': 'application/json' };
      const answer = await fetch(`${service.url}${path}`, { method, headers, body: JSON.stringify(body) });
      assert.ok(answer.ok, `${method} ${path}: ${await answer.text()}`);
    };
    await ask('PUT', '/v1/policies/marked', { description: MARKUP, exclude: ['a/small'] });
    await ask('PUT', '/v1/experiments/marked', {
      kind: 'shadow',
      description: MARKUP,
      candidate: { policy: 'marked' },
    });
    await ask('POST', '/v1/feedback', [
      { query: `how ${MARKUP}`, task: MARKUP, model: `b/${MARKUP}`, score: 0.5 },
      { query: 'why', model: 'a/small', score: 0.7, latency_ms: 120, cost_usd: 0.001 },
    ]);
    await ask('POST', '/v1/route', { query: `what ${MARKUP}`, task: MARKUP });
  });
  after(async () => {
    await browser?.close();
    await service?.remove();
  });

  /** A tab that is signed in. */
  async function signedIn(key: KeyMade, stay = false): Promise<Tab> {
    const tab = await openTab(browser, service.url, LOOK);
    await visit(tab.page, service.url, 'settings');
    await signIn(tab.page, key.key, stay);
    await tab.page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor();
    await settled(tab.page);
    return tab;
  }

  test('asks for a key, refuses a wrong one, and forgets it at the end', async () => {
    const { page, context } = await openTab(browser, service.url, LOOK);
    await visit(page, service.url, '');
    assert.equal(await page.locator('main h1').textContent(), 'Sign in');
    assert.equal(await page.locator('nav').count(), 0);
    assert.deepEqual(await seriousFaults(page), []);
    await signIn(page, 'pk_0123456789abcdef_wrong');
    await page.getByRole('alert').getByText('This key is not known').waitFor();
    await signIn(page, reader.key, true);
    await page.getByRole('navigation', { name: 'Pages' }).waitFor();
    assert.equal(await page.evaluate("localStorage.getItem('pointsman-key')"), reader.key);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    assert.equal(await page.evaluate("localStorage.getItem('pointsman-key')"), null);
    await context.close();
  });

  test('shows a key that may read all pages, and nothing that it may not do', async () => {
    const { page, context, complaints } = await signedIn(reader);
    for (const path of [...PAGES, ...MORE]) {
      await visit(page, service.url, path);
      const offered = await page
        .locator('main')
        .getByRole('button', { name: /^(Save|Replace|Remove|Revoke|Rotate|Make|Start|Forget|Promote|Add|Retrain)/ })
        .count();
      assert.equal(offered, 0, `${path} offers what a reader may not`);
    }
    await visit(page, service.url, 'settings/retention');
    await page.getByRole('note').getByText('Changing takes a key with the scope admin').waitFor();
    const days = page.getByLabel('Max age (days)').first();
    assert.equal(await days.getAttribute('readonly'), '');
    await visit(page, service.url, 'settings/keys');
    await page.getByText('Only for administrators').waitFor();
    // A refusal would be told here: nothing was asked for that may not be read.
    assert.deepEqual(withoutQueue(complaints), []);
    await context.close();
  });

  test('an administrator makes a key, sees it once, and revokes it', async () => {
    const { page, context, complaints } = await signedIn(admin);
    await visit(page, service.url, 'settings/keys');
    await page.getByRole('button', { name: 'Make a key' }).click();
    await page.getByLabel('Name').fill('shop');
    await page.getByRole('button', { name: 'Make the key' }).click();
    const dialog = page.getByRole('dialog');
    const whole = await dialog.locator('pre').textContent();
    assert.match(whole!, /^pk_[0-9a-f]{16}_/);
    const answer = await fetch(`${service.url}/v1/access`, { headers: { authorization: `Bearer ${whole}` } });
    assert.deepEqual(((await answer.json()) as { scopes: string[] }).scopes, ['route', 'feedback']);
    await dialog.getByRole('button', { name: 'I have it' }).click();
    assert.equal(await page.getByText(whole!).count(), 0);
    const row = page.getByRole('row').filter({ hasText: 'shop' });
    await row.getByRole('button', { name: 'Revoke' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
    await row.waitFor({ state: 'detached' });
    await visit(page, service.url, 'settings/audit');
    const entry = page.locator('details.entry').first();
    await entry.locator('summary').click();
    await entry.getByText('revoked_at').waitFor();
    assert.equal((await page.locator('main').textContent())!.includes(whole!), false, 'the log holds the key');
    assert.deepEqual(withoutQueue(complaints), []);
    await context.close();
  });

  test('tells at its field what is wrong with a key', async () => {
    const { page, context } = await signedIn(admin);
    await visit(page, service.url, 'settings/keys?add=1');
    await page.getByRole('button', { name: 'Make the key' }).click();
    await page.getByRole('alert').waitFor();
    const name = page.getByLabel('Name');
    assert.equal(await name.getAttribute('aria-invalid'), 'true');
    assert.equal(await page.evaluate('document.activeElement?.id'), await name.getAttribute('id'));
    await context.close();
  });

  test('a key that is revoked while the dashboard is open leads back to sign-in', async () => {
    const key = await makeKey(service, { name: 'brief', scopes: ['read'] });
    const { page, context } = await signedIn(key, true);
    await page.getByText('Live', { exact: true }).waitFor();
    // It has been open for a while.
    await page.waitForTimeout(2_500);
    await fetch(`${service.url}/v1/keys/${key.id}`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${admin.key}` },
    });
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await page.getByText('is no longer good').waitFor();
    assert.equal(await page.evaluate("localStorage.getItem('pointsman-key')"), null);
    await signIn(page, reader.key);
    await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor();
    await context.close();
  });

  test('a remembered key that has ended meanwhile is not shown again', async () => {
    const soon = new Date(clock() + 60_000).toISOString();
    const key = await makeKey(service, { name: 'ends', scopes: ['read'], expires_at: soon });
    const { page, context } = await signedIn(key, true);
    ahead += 120_000;
    // One that is open hears of it with the first request that is refused.
    await page.goto(`${service.url}/#/settings/signals`);
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await page.evaluate(`localStorage.setItem('pointsman-key', ${JSON.stringify(key.key)})`);
    await page.reload();
    await page.getByText('is no longer good').waitFor();
    assert.equal(await page.evaluate("localStorage.getItem('pointsman-key')"), null);
    await context.close();
  });

  test('names and texts that look like markup are texts on all pages', async () => {
    const { page, context, complaints } = await signedIn(admin);
    for (const path of [
      ...PAGES,
      ...MORE,
      'policies/experiments/marked',
      `models/${encodeURIComponent(`b/${MARKUP}`)}`,
    ]) {
      await visit(page, service.url, path);
      assert.equal(await page.evaluate('globalThis.ran'), undefined, path);
      assert.equal(await page.locator('img[src="x"]').count(), 0, path);
    }
    await visit(page, service.url, 'policies');
    await page.getByRole('cell', { name: MARKUP, exact: true }).waitFor();
    await visit(page, service.url, 'settings/keys');
    await page.getByText(`root ${MARKUP}`).first().waitFor();
    assert.deepEqual(withoutQueue(complaints), []);
    await context.close();
  });
});
