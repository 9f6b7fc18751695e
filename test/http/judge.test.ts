import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { PointsmanError } from '../../src/base/errors.js';
import { formOf } from '../../src/judge/form.js';
import { DEFAULT_JUDGE, type JudgeStatus } from '../../src/schema/judge.js';
import { pointsman } from '../cli/support.js';
import { judgeJob } from '../queue/judge-conformance.js';
import { ask, postJson, problemIn, startService, type Service } from './service.js';

const SETTINGS = '/v1/judge/settings';
const JUDGE = 'b/large';

let service: Service;
let isAway = false;
before(async () => {
  service = await startService({
    judge: {
      async backlog() {
        if (isAway) throw new PointsmanError('queue_unavailable', 'away');
        return { waiting: 3, active: 1 };
      },
      judged: () => new Map([['a/small', 7]]),
      uncallable: (model) => (model === 'a/middle' ? 'it names no deployment' : undefined),
    },
  });
});
after(() => service.remove());

const status = async (): Promise<JudgeStatus> => (await ask(service, 'GET', '/v1/judge')).body as JudgeStatus;

/** A verdict on an answer of a decision, which cost 2 cents. */
async function judged(n: number, model: string, raw: number): Promise<void> {
  const form = formOf('pointwise', DEFAULT_JUDGE.rubric);
  const { decision } = judgeJob(n);
  const verdict = { decision, model, judge: JUDGE, form, against: null, raw, value: raw, at: Date.now() };
  const { day } = await service.ledger.judge.today();
  await service.ledger.judge.settle({ day, claimedUsd: 0, spentUsd: 0.02, verdict });
}

describe('the judge', () => {
  test('is off, and has cost nothing, unless somebody sets it', async () => {
    assert.deepEqual((await ask(service, 'GET', SETTINGS)).body, DEFAULT_JUDGE);
    const { today, ...rest } = await status();
    assert.deepEqual([today.spent_usd, today.budget_usd, today.judged, today.dropped], [0, 1, 0, 0]);
    const none = { correlation: null, difference: null, bias: null, posted_bias: null };
    assert.deepEqual(rest, {
      enabled: false,
      model: null,
      mode: 'pointwise',
      backlog: { waiting: 3, active: 1 },
      agreement: { pairs: 0, ...none, models: [] },
      correction: null,
    });
  });

  test('is an LLM of the catalogue that can be called', async () => {
    const refusals: [object, string, RegExp][] = [
      [{ enabled: true }, 'invalid_request', /model: expected the id of an LLM, as enabled is true/],
      [{ model: 'nobody' }, 'unknown_model', /model: expected the id of a known LLM .* got "nobody"/],
      [{ model: 'a/middle' }, 'invalid_request', /model: expected .* can be called \(it names no deployment\)/],
      [{ share: 1.5 }, 'invalid_request', /share: expected/],
      [{ by_key: { short: 0.5 } }, 'invalid_request', /by_key/],
      [{ rubric: ' ' }, 'invalid_request', /rubric: expected text/],
    ];
    for (const [wrong, code, message] of refusals) {
      const response = await fetch(service.url + SETTINGS, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(wrong),
      });
      const problem = await problemIn(response);
      assert.equal(problem.code, code);
      assert.match(problem.detail, message);
    }
    const wanted = { enabled: true, model: JUDGE, by_policy: { cost: 0.5 } };
    const { status: code, body } = await ask(service, 'PUT', SETTINGS, wanted);
    assert.deepEqual([code, body], [200, { ...DEFAULT_JUDGE, ...wanted }]);
  });

  test('is shown with what it cost, and how far people agree', async () => {
    for (let n = 0; n < 60; n++) {
      const model = n % 2 ? 'a/small' : 'a/middle';
      await judged(n, model, (n % 10) / 10);
      const { decision, query } = judgeJob(n);
      const value = Math.max(0, (n % 10) / 10 - (n % 2 ? 0.1 : 0));
      await postJson(`${service.url}/v1/feedback`, {
        decision_id: decision,
        query,
        model,
        signal: 'thumb',
        source: 'user',
        value,
      });
    }
    const { agreement, correction, today, enabled } = await status();
    assert.deepEqual([enabled, today.judged, today.spent_usd.toFixed(6)], [true, 60, '1.200000']);
    assert.deepEqual([agreement.pairs, agreement.models.map(({ pairs }) => pairs)], [60, [30, 30]]);
    const bias = Object.fromEntries(agreement.models.map((one) => [one.model, one.bias!.value.toFixed(6)]));
    assert.deepEqual(bias, { 'a/middle': '0.000000', 'a/small': '0.100000' });
    assert.ok(agreement.correlation!.value > 0.9 && correction!.slope > 0.8);
    isAway = true;
    assert.equal((await status()).backlog, null);
    isAway = false;
  });

  test('is in the metrics', async () => {
    const text = await (await fetch(`${service.url}/metrics`)).text();
    assert.match(text, /^pointsman_judged_total\{model="a\/small"\} 7$/m);
    assert.match(text, /^pointsman_judge_spent_usd 1\.2\d*$/m);
  });

  test('is shown and set by the command line', async () => {
    const run = async (...args: string[]): Promise<string> => {
      const { code, stdout, stderr } = await pointsman(['judge', ...args, '--url', service.url]);
      assert.equal(code, 0, stderr);
      return stdout;
    };
    const shown = await run();
    assert.match(shown, /^judge +b\/large, pointwise$/m);
    assert.match(shown, /^spent on \d{4}-\d\d-\d\d +\$1\.2000 of \$1$/m);
    assert.match(shown, /^waiting · being judged +3 · 1$/m);
    assert.match(shown, /^a\/small +30 +0\.100 \(0\.1\d* to 0\.1\d*\)/m);
    const policies = ['--policy-share', 'cost=', '--policy-share', 'quality=0.25'];
    assert.match(
      await run('set', '--no-enable', '--budget', '5', ...policies),
      /^judge +off \(b\/large, pointwise\)$/m,
    );
    const wanted = { model: JUDGE, budget_usd_per_day: 5, by_policy: { quality: 0.25 } };
    assert.deepEqual((await ask(service, 'GET', SETTINGS)).body, { ...DEFAULT_JUDGE, ...wanted });
  });
});
