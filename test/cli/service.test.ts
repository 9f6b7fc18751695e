import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openLedger } from '../../src/store/open.js';
import { dataPaths } from '../../src/base/paths.js';
import type { FeedbackReceipt } from '../../src/schema/feedback.js';
import { RouteResponse } from '../../src/schema/route.js';
import type { Job } from '../../src/schema/training.js';
import { prepareQueue } from '../support/queue-folder.js';
import { eventually } from '../support/wait.js';
import {
  api,
  done,
  followJob,
  importKnown,
  interactionsOf,
  jsonLines,
  pointsman,
  retrain,
  scoreRows,
  service,
  LIGHT,
  trainKnown,
  workplace,
  queriesOf,
} from './support.js';

/** Asks for routes all the time until told to stop. Answers the versions that were seen, in order of first seen. */
function hammer(url: string): {
  stop(): Promise<{ versions: (string | null)[]; answers: number; failures: string[] }>;
} {
  const seen = new Set<string | null>();
  const failures: string[] = [];
  let answers = 0;
  const stopping = new AbortController();
  const one = async (n: number): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        const answer = RouteResponse.parse(
          await api(url, 'GET', `/route?query=${encodeURIComponent(`a verse about digits ${n} ${answers}`)}`),
        );
        seen.add(answer.version);
        answers++;
      } catch (error) {
        failures.push(String(error));
      }
      await sleep(50);
    }
  };
  const running = Promise.all([one(0), one(1), one(2)]);
  return {
    async stop() {
      stopping.abort();
      await running;
      return { versions: [...seen], answers, failures };
    },
  };
}

describe('a service', () => {
  test('learns from feedback while it routes, goes back, and stops without losing anything', async (t) => {
    const { data } = workplace(t);
    await prepareQueue(data);
    const first = await service(t, 'start', ['--data', data, ...LIGHT]);
    assert.match(first.url, /^http:\/\/127\.0\.0\.1:\d+$/);

    const empty = await fetch(`${first.url}/route?query=x`);
    assert.deepEqual([empty.status, ((await empty.json()) as { code: string }).code], [409, 'no_models']);
    const noData = await api<{ job_id: string }>(first.url, 'POST', '/v1/retrain', {});
    const failed = (await followJob(first.url, noData.job_id)).at(-1)!;
    assert.equal(failed.event, 'failed');
    assert.match(failed.job.error!, /no LLM yet/);

    const rows = scoreRows(60);
    const receipt = await api<FeedbackReceipt>(first.url, 'POST', '/v1/feedback', interactionsOf(rows));
    const llms = ['calculator', 'middling', 'poet'];
    assert.deepEqual([receipt.interactions, receipt.undeclared?.toSorted()], [180, llms]);
    const undeclared = (await (await fetch(`${first.url}/route?query=x`)).json()) as { code: string; detail: string };
    assert.equal(undeclared.code, 'no_models');
    assert.match(undeclared.detail, /nobody declared: calculator, middling, poet\.$/);
    for (const llm of llms) await api(first.url, 'PUT', `/v1/models/${llm}`, {});
    const decided = RouteResponse.parse(await api(first.url, 'GET', '/route?query=a+verse'));
    assert.equal(decided.version, null);

    const load = hammer(first.url);
    const { job_id } = await api<{ job_id: string }>(first.url, 'POST', '/v1/retrain', { seed: 5 });
    const events = await followJob(first.url, job_id);
    const { version } = events.at(-1)!.job.result!;
    // What is reported as completed is in force.
    assert.equal((await api<RouteResponse>(first.url, 'GET', '/route?query=a+verse')).version, version);
    const { versions, answers, failures } = await load.stop();
    assert.deepEqual(failures, []);
    assert.deepEqual(versions, [null, version]);
    assert.ok(answers > 50, String(answers));
    assert.equal(events.at(-1)!.event, 'completed');
    assert.ok(events.filter((e) => e.event === 'progress').length > 2);
    assert.ok(new Set(events.map((e) => e.job.progress?.phase)).size > 2);

    const second = (await retrain(first.url, { seed: 6 })).result!.version;
    assert.notEqual(second, version);
    assert.equal((await api<RouteResponse>(first.url, 'GET', '/route?query=a+verse')).version, second);
    await api(first.url, 'POST', `/v1/weights/${version}/activate`);
    assert.equal((await api<RouteResponse>(first.url, 'GET', '/route?query=a+verse')).version, version);
    // Another process's choice is followed, too.
    await done('weights', 'activate', second, '--data', data);
    await eventually(
      'the other process’s choice',
      async () => (await api<RouteResponse>(first.url, 'GET', '/route?query=a+verse')).version === second,
    );

    assert.match(await done('jobs', '--url', first.url), new RegExp(`completed  request .* ${version} `));
    assert.equal((JSON.parse(await done('jobs', 'show', job_id, '--url', first.url)) as Job).state, 'completed');

    assert.match(await done('alerts', '--all', '--url', first.url), /^alert +at +LLM +task +signal +before +after/m);
    assert.match(
      await done('health', 'out', 'poet', '--reason', 'maintenance', '--url', first.url),
      /^poet +open +0 of \d+ +maintenance$/m,
    );

    // Feedback that is on its way when the service is told to stop is either refused or stored.
    const late = Array.from({ length: 40 }, (_, i) =>
      api<{ interactions: number }>(first.url, 'POST', '/v1/feedback', {
        query: `late ${i}`,
        model: 'poet',
        score: 1,
      }).then(
        () => `late ${i}`,
        () => undefined,
      ),
    );
    const last = RouteResponse.parse(await api(first.url, 'POST', '/v1/route', { query: 'the last one' }));
    const { code, seconds } = await first.end('SIGTERM');
    assert.deepEqual([code, seconds < 8], [0, true], `${code} after ${seconds} s: ${first.output()}`);

    const ledger = await openLedger(dataPaths(data).ledger, { clock: Date.now });
    const stored = await queriesOf(ledger);
    for (const acknowledged of await Promise.all(late))
      if (acknowledged !== undefined) assert.ok(stored.has(acknowledged), acknowledged);
    for (const id of [decided.decision_id, last.decision_id]) assert.ok((await ledger.decisions.get([id])).has(id));
    await ledger.close();

    const again = await service(t, 'start', ['--data', data, ...LIGHT]);
    assert.equal((await api<RouteResponse>(again.url, 'GET', '/route?query=a+verse')).version, second);
    assert.equal(
      (
        await api<{ interactions: number }>(again.url, 'POST', '/v1/feedback', {
          decision_id: last.decision_id,
          score: 0.5,
        })
      ).interactions,
      1,
    );
    assert.equal((await api<Job>(again.url, 'GET', `/v1/jobs/${job_id}`)).state, 'completed');
    assert.match(await done('health', '--url', again.url), /^poet +open .* maintenance$/m);
    assert.match(await done('health', 'back', 'poet', '--url', again.url), /^poet +closed +0 of 0$/m);
    assert.equal((await again.end('SIGINT')).code, 0);
  });

  test('gives a running job back when it is stopped, and does it when it is started again', async (t) => {
    const { data, file } = workplace(t);
    await prepareQueue(data);
    await done('import', file('log.jsonl', jsonLines(scoreRows(24))), '--data', data);
    const first = await service(t, 'start', ['--data', data, ...LIGHT]);
    const { job_id } = await api<{ job_id: string }>(first.url, 'POST', '/v1/retrain', {});
    await eventually(
      'training',
      async () => (await api<Job>(first.url, 'GET', `/v1/jobs/${job_id}`)).progress?.phase === 'train',
      60_000,
    );
    const followed = followJob(first.url, job_id);
    const { code, seconds } = await first.end('SIGTERM');
    assert.deepEqual([code, seconds < 8], [0, true], `${code} after ${seconds} s: ${first.output()}`);
    assert.ok(
      (await followed).every((e) => e.event === 'progress'),
      'the stream ends with the service, not with the job',
    );
    const again = await service(t, 'start', ['--data', data, ...LIGHT]);
    assert.equal((await followJob(again.url, job_id)).at(-1)!.event, 'completed');
  });

  test('has its data folder’s queue to itself; commands work beside it', async (t) => {
    const place = workplace(t);
    const { data } = place;
    await prepareQueue(data);
    const first = await service(t, 'start', ['--data', data, ...LIGHT]);
    const { code, stderr } = await pointsman(['start', '--port', '0', '--data', data]);
    assert.equal(code, 1);
    assert.match(stderr, new RegExp(`held by process ${first.pid} .*POINTSMAN_QUEUE`));
    const other = workplace(t).data;
    await prepareQueue(other);
    const taken = await pointsman(['start', '--port', new URL(first.url).port, '--data', other]);
    assert.equal(taken.code, 2);
    assert.match(taken.stderr, /host and port: expected an address to listen on, got 127\.0\.0\.1:\d+.*EADDRINUSE/);
    await importKnown(place);
    await eventually(
      'the imported LLMs',
      async () => (await api<{ models: unknown[] }>(first.url, 'GET', '/v1/models')).models.length === 3,
    );
    await eventually('a route among them', async () => (await fetch(`${first.url}/route?query=x`)).ok);
    await trainKnown(data);
    await eventually(
      'what was trained beside it',
      async () => (await api<RouteResponse>(first.url, 'GET', '/route?query=x')).version !== null,
    );
  });
});
