import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { describe, test } from 'node:test';
import type { KnownProfile } from '../../src/schema/known-profile.js';
import { RouteResponse } from '../../src/schema/route.js';
import { startService } from '../http/service.js';
import { eventually } from '../support/wait.js';
import { inOneProcess } from './runs.js';
import { api, HASHING, pointsman, workplace } from './support.js';

const ENCODER = { POINTSMAN_ENCODER: HASHING[1] };

describe('a folder and the service that has it open', () => {
  test('give the same answers', async (t) => {
    const service = await startService({ llms: ['m', 'n'] });
    t.after(() => service.remove());
    const feedback = Array.from({ length: 5 }, (_, i) => ({ query: `q${i}`, model: 'm', score: (i % 4) / 4 }));
    await service.feedback.post(feedback);
    const { decision_id } = await service.decider.decide({ query: 'which one?' } as never);
    await service.decider.flush();
    t.after(service.live.follower.start(50));
    // A service sees what it was told at once, and scores by it a moment later.
    await eventually(
      'scores by the feedback',
      async () => (await api<KnownProfile>(service.url, 'GET', '/v1/models/m')).learned.overall.answers === 5,
    );
    const lines = [
      ['policies', 'list'],
      ['policies', 'show', 'balanced'],
      ['decisions', 'list'],
      ['decisions', 'show', decision_id],
      ['summary'],
      ['health', 'show'],
      ['alerts', 'list'],
      ['load'],
      ['judge', 'status'],
      ['models', 'list'],
      ['models', 'show', 'm'],
      ['models', 'compare', 'm', 'n'],
      ['models', 'settings'],
      ['models', 'export', 'm'],
      ['providers', 'list'],
      ['weights', 'list'],
      ['keys', 'list'],
      ['experiments', 'list'],
    ];
    for (const form of [[], ['--json']]) {
      const at = (target: string[]) =>
        inOneProcess(
          lines.map((line) => [...line, ...form, ...target]),
          ENCODER,
        );
      const [folder, url] = [await at(['--data', service.folder]), await at(['--url', service.url])];
      for (const [i, line] of lines.entries()) {
        assert.deepEqual([folder[i]!.code, folder[i]!.stderr], [0, ''], line.join(' '));
        assert.deepEqual(folder[i], url[i], line.join(' '));
      }
    }
  });

  test('are changed alike: each sees what was done by way of the other', async (t) => {
    const service = await startService({ llms: ['m'] });
    t.after(() => service.remove());
    const { file } = workplace(t);
    const rules = file('night.yaml', 'cheapest_within: 0.05\n');
    const [data, url] = [
      ['--data', service.folder],
      ['--url', service.url],
    ];
    const [put, shown, removed, gone, out, back, profile, deleted] = await inOneProcess(
      [
        ['policies', 'put', 'night', rules, ...data],
        ['policies', 'show', 'night', ...url],
        ['policies', 'delete', 'night', ...url],
        ['policies', 'show', 'night', ...data],
        ['health', 'out', 'm', ...url],
        ['health', 'back', 'm', ...data],
        ['models', 'put', 'x', file('x.yaml', 'family: f\n'), ...url],
        ['models', 'delete', 'x', ...data],
      ],
      ENCODER,
    );
    assert.equal(put!.stdout, 'cheapest_within 0.05\n');
    assert.match(shown!.stdout, /cheapest_within: 0\.05/);
    assert.equal(removed!.stdout, 'night deleted\n');
    assert.match(gone!.stderr, /There is no policy "night"|night/);
    assert.match(out!.stdout, /^m +open/m);
    assert.match(back!.stdout, /^m +closed/m);
    assert.equal(profile!.stdout, 'x added\n');
    assert.equal(deleted!.stdout, 'x deleted\n');
    const entries = await service.ledger.audit.list({ limit: 10 });
    const by = entries.map(({ actor: { via }, action }) => `${via} ${action}`);
    assert.ok(by.includes('cli PUT /v1/policies/{name}'), by.join());
    assert.ok(by.includes('http DELETE /v1/policies/{name}'), by.join());
  });
});

describe('a query', () => {
  test('is routed in a folder and by a service alike, from a file too', async (t) => {
    const service = await startService({ llms: ['m', 'n'] });
    t.after(() => service.remove());
    const { file } = workplace(t);
    const input = file('queries.jsonl', '{"query": "one"}\n{"query": "two"}\n');
    const [one, other, lines] = await inOneProcess(
      [
        ['route', 'one', '--policy', 'cost', '--data', service.folder],
        ['route', 'one', '--policy', 'cost', '--url', service.url],
        ['route', '--input', input, '--policy', 'cost', '--url', service.url],
      ],
      ENCODER,
    );
    const answers = `${one!.stdout}${other!.stdout}${lines!.stdout}`
      .trimEnd()
      .split('\n')
      .map((line) => RouteResponse.parse(JSON.parse(line)));
    assert.equal(answers.length, 4, other!.stderr + lines!.stderr);
    for (const { model, ranking } of answers) {
      assert.equal(model, answers[0]!.model);
      assert.deepEqual(ranking, answers[0]!.ranking);
    }
  });
});

describe('what a command is about', () => {
  test('is one of both, and both flags are named where both are given', async (t) => {
    const { data } = workplace(t);
    const { code, stderr } = await pointsman(['alerts', '--data', data, '--url', 'http://127.0.0.1:1']);
    assert.equal(code, 2);
    assert.match(stderr, /--data and --url: expected one of them, got --data .* and --url http:\/\/127\.0\.0\.1:1/);
  });

  test('is the flag before the variable, and a folder that has no ledger is not made', async (t) => {
    const { data } = workplace(t);
    const env = { POINTSMAN_URL: 'http://127.0.0.1:1', POINTSMAN_DATA: data };
    const [service, folder, wrong, job] = [
      await pointsman(['models', 'list'], { env }),
      await pointsman(['alerts', '--data', data], { env }),
      await pointsman(['alerts', '--url', 'localhost']),
      await pointsman(['jobs', 'list', '--data', data]),
    ];
    assert.match(service.stderr, /No service answers at http:\/\/127\.0\.0\.1:1/);
    for (const ran of [folder, job]) {
      assert.equal(ran.code, 1);
      assert.match(ran.stderr, /there is no ledger here yet/);
    }
    assert.match(wrong.stderr, /--url: expected http:\/\/… or https:\/\/…, got "localhost"/);
    assert.ok(!existsSync(data));
  });
});
