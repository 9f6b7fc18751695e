import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Job } from '../../src/schema/training.js';
import { prepareQueue } from '../support/queue-folder.js';
import { eventually } from '../support/wait.js';
import {
  api,
  done,
  importKnown,
  interactionsOf,
  KNOWN_ROWS,
  pointsman,
  scoreRows,
  service,
  LIGHT,
  trainKnown,
  workplace,
} from './support.js';

describe('a schedule', () => {
  test('retrains by itself once enough is new, and not before; it outlives the queue', async (t) => {
    const place = workplace(t);
    const { data } = place;
    await prepareQueue(data);
    await importKnown(place);
    await trainKnown(data);
    const rows = scoreRows(34).filter(({ query }) => KNOWN_ROWS.every((known) => known.query !== query));
    assert.equal(rows.length, 10);
    const first = await service(t, 'start', ['--data', data, ...LIGHT]);
    const weights = async (url: string): Promise<number> =>
      (await api<{ weights: unknown[] }>(url, 'GET', '/v1/weights')).weights.length;

    await api(first.url, 'PUT', '/v1/schedule', { pattern: '* * * * * *', min_new_interactions: 30 });
    await api(first.url, 'POST', '/v1/feedback', interactionsOf(rows.slice(0, 9)));
    const ticks = async (): Promise<Job[]> =>
      (await api<{ jobs: Job[] }>(first.url, 'GET', '/v1/jobs?state=completed')).jobs.filter(
        (job) => job.trigger === 'schedule',
      );
    await eventually('three ticks', async () => (await ticks()).length >= 3, 20_000);
    assert.ok((await ticks()).every((job) => job.result === null));
    assert.equal(await weights(first.url), 1, '27 are new, and 30 were asked for');

    await api(first.url, 'POST', '/v1/feedback', interactionsOf(rows.slice(9)));
    await eventually('another version', async () => (await weights(first.url)) === 2, 120_000);
    await sleep(2_000);
    assert.equal(await weights(first.url), 2, 'nothing is new since');
    assert.deepEqual(JSON.parse(await done('schedule', '--url', first.url)).min_new_interactions, 30);
    assert.equal((await first.end()).code, 0);

    rmSync(join(data, 'queue'), { recursive: true });
    const again = await service(t, 'start', ['--data', data, ...LIGHT]);
    const { pattern, next_run } = await api<{ pattern: string; next_run: string | null }>(
      again.url,
      'GET',
      '/v1/schedule',
    );
    assert.equal(pattern, '* * * * * *');
    assert.ok(next_run !== null && Math.abs(Date.parse(next_run) - Date.now()) < 5_000, String(next_run));
    assert.equal(await done('schedule', 'delete', '--url', again.url), 'schedule deleted\n');
    assert.equal((await pointsman(['schedule', '--url', again.url])).code, 1);
  });
});
