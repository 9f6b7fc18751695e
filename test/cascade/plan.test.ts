import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { PointsmanError } from '../../src/base/errors.js';
import { createRng, type Rng } from '../../src/base/rng.js';
import { nextStep, planCascade, type CascadeCandidate } from '../../src/cascade/plan.js';
import { CascadeNext, CascadePlan, CascadeRequest, StepReport } from '../../src/schema/cascade.js';
import type { LlmId } from '../../src/schema/ids.js';

const INDEPENDENT = 0;
const llm = (model: string, quality: number, cost_usd: number | null): CascadeCandidate => ({
  model: model as LlmId,
  quality,
  cost_usd,
});
const request = (fields: object = {}): CascadeRequest => CascadeRequest.parse({ reliability: 1, ...fields });
const report = (fields: object): StepReport => StepReport.parse(fields);
const order = ({ steps }: Pick<CascadePlan, 'steps'>): string[] => steps.map((step) => step.model);
const near = (actual: number | null, expected: number, tolerance = 1e-5): void =>
  assert.ok(actual !== null && Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected}`);

const small = llm('small', 0.6, 1);
const big = llm('big', 0.8, 10);

/** A field of LLMs at random; a few of them without a known cost. */
function candidates(rng: Rng, size: number): CascadeCandidate[] {
  return Array.from({ length: size }, (_, i) =>
    llm(`llm-${i}`, rng.next(), rng.next() < 0.1 ? null : 1e-5 * 100 ** rng.next()),
  );
}

describe('a cascade of two LLMs that fail independently', () => {
  test('is, with a perfect judge, right when either is', () => {
    const plan = CascadePlan.parse(planCascade([big, small], request(), INDEPENDENT));
    assert.deepEqual(order(plan), ['small', 'big']);
    near(plan.expected_quality, 1 - 0.4 * 0.2);
    near(plan.expected_cost_usd, 1 + 0.4 * 10);
    assert.deepEqual(
      plan.steps.map((s) => s.probability),
      [1, 0.4],
    );
    near(plan.steps[1]!.expected_quality, 0.8);
    // 0.8 was wanted, and a perfect judge's score is the answer's.
    assert.deepEqual(
      plan.steps.map((s) => s.stop_at),
      [0.8, 0.8],
    );
    assert.deepEqual([plan.quality, plan.single], [0.8, { model: 'big', quality: 0.8, cost_usd: 10 }]);
  });

  test('weighs what a judge says who errs in a tenth of the cases', () => {
    const plan = planCascade([big, small], request({ reliability: 0.8, quality: 0.85 }), INDEPENDENT);
    assert.deepEqual(order(plan), ['small', 'big']);
    // Small is right and passes, or does not pass and big is right: passing is .9 of right and .1 of wrong answers.
    const passes = 0.9 * 0.6 + 0.1 * 0.4;
    near(plan.expected_quality, 0.9 * 0.6 + (1 - passes) * 0.8);
    near(plan.expected_cost_usd, 1 + (1 - passes) * 10);
    const next = nextStep(
      [big, small],
      request({ reliability: 0.8, quality: 0.85 }),
      [report({ ok: false })],
      INDEPENDENT,
    );
    near(next.answer_quality, (0.1 * 0.6) / (1 - passes));
  });

  test('is worth nothing where the judge knows nothing', () => {
    for (const quality of [0.5, 0.6, 0.7, 0.8]) {
      const plan = planCascade([small, big], request({ quality, reliability: 0 }), INDEPENDENT);
      assert.deepEqual(order(plan), [plan.single.model]);
      near(plan.expected_quality, plan.single.quality);
    }
    const most = planCascade([small, big], request({ quality: 1, reliability: 0 }));
    assert.deepEqual(order(most), ['big'], 'and no quality is out of reach of one LLM alone');
  });
});

describe('a plan', () => {
  test('gains less by a second LLM the more they fail together', () => {
    const gains = [0, 1, 3, 6].map(
      (spread) => planCascade([small, big], request({ quality: 1 }), spread).expected_quality,
    );
    assert.deepEqual(
      gains,
      gains.toSorted((a, b) => b - a),
    );
    near(gains[0]!, 0.92);
    assert.ok(gains[3]! < 0.85 && gains[3]! >= 0.8, String(gains[3]));
  });

  test('takes the best there is where the wanted quality is out of reach', () => {
    const plan = planCascade([small, big, llm('tiny', 0.1, 0.1)], request({ quality: 1, max_steps: 2 }), INDEPENDENT);
    assert.deepEqual(order(plan), ['small', 'big']);
    near(plan.expected_quality, 0.92);
    assert.equal(plan.single.model, 'big');
  });

  test('of one candidate is one step', () => {
    const plan = planCascade([small], request({ quality: 0.9 }));
    assert.deepEqual([order(plan), plan.expected_cost_usd], [['small'], 1]);
    near(plan.expected_quality, 0.6);
  });

  test('asks LLMs of unknown cost only where no other will do', () => {
    const silent = llm('silent', 0.95, null);
    assert.deepEqual(order(planCascade([silent, big, small], request({ quality: 0.9 }), INDEPENDENT)), [
      'small',
      'big',
    ]);
    const plan = planCascade([silent, big, small], request({ quality: 0.99 }), INDEPENDENT);
    assert.deepEqual([order(plan), plan.expected_cost_usd], [['small', 'big', 'silent'], null]);
    assert.deepEqual(order(planCascade([silent], request())), ['silent']);
  });

  test('spends at most max_cost_usd, all calls together', () => {
    assert.deepEqual(order(planCascade([small, big], request({ max_cost_usd: 11 }), INDEPENDENT)), ['small', 'big']);
    assert.deepEqual(order(planCascade([small, big], request({ max_cost_usd: 10.5 }), INDEPENDENT)), ['big']);
    assert.deepEqual(
      order(planCascade([small, big, llm('silent', 0.9, null)], request({ max_cost_usd: 5 }), INDEPENDENT)),
      ['small'],
    );
    assert.throws(
      () => planCascade([small, big], request({ max_cost_usd: 0.5 })),
      (error) =>
        error instanceof PointsmanError && error.code === 'no_candidate' && /max_cost_usd is 0.5/.test(error.message),
    );
  });

  test('gives up quality that is not worth its cost', () => {
    // Big would add .32 for 4: .08 for each US dollar, of 100 cents.
    assert.deepEqual(order(planCascade([small, big], request({ quality: 1, cost_weight: 0.00079 }), INDEPENDENT)), [
      'small',
      'big',
    ]);
    assert.deepEqual(order(planCascade([small, big], request({ quality: 1, cost_weight: 0.00081 }), INDEPENDENT)), [
      'small',
    ]);
  });

  test('does not depend on the order of the candidates', () => {
    const field = candidates(createRng(3), 12);
    assert.deepEqual(
      planCascade(field.toReversed(), request({ reliability: 0.9 })),
      planCascade(field, request({ reliability: 0.9 })),
    );
  });

  test('is never dearer than a single call for the same wanted quality, nor worse where that is out of reach', () => {
    const rng = createRng(11);
    for (let i = 0; i < 300; i++) {
      const field = candidates(rng, 1 + rng.int(10)).map((one) => ({ ...one, cost_usd: one.cost_usd ?? 1e-4 }));
      const asked = request({
        ...(rng.next() < 0.3 ? {} : { quality: rng.next() }),
        reliability: rng.next(),
        max_steps: 1 + rng.int(3),
      });
      const { single, ...plan } = planCascade(field, asked, 4 * rng.next());
      assert.ok(
        plan.expected_quality >= Math.min(plan.quality, single.quality) - 1e-5,
        `${plan.expected_quality} ${plan.quality} ${single.quality}`,
      );
      if (single.quality >= plan.quality) assert.ok(plan.expected_cost_usd! <= single.cost_usd! + 1e-9);
      assert.ok(
        plan.steps.length >= 1 &&
          plan.steps.length <= asked.max_steps &&
          new Set(order(plan)).size === plan.steps.length,
      );
      assert.ok(plan.steps.every((s) => s.stop_at >= 0 && s.stop_at <= 1));
    }
  });

  test('is the best of all orders', () => {
    const rng = createRng(5);
    const orders = (field: CascadeCandidate[], steps: number): CascadeCandidate[][] =>
      steps === 0
        ? [[]]
        : [
            [],
            ...field.flatMap((first) =>
              orders(
                field.filter((one) => one !== first),
                steps - 1,
              ).map((rest) => [first, ...rest]),
            ),
          ];
    for (let i = 0; i < 20; i++) {
      const field = candidates(rng, 6).map((one) => ({ ...one, cost_usd: one.cost_usd ?? 1e-4 }));
      const quality = 0.3 + 0.6 * rng.next();
      const plan = planCascade(field, request({ quality }), INDEPENDENT);
      // With a perfect judge and independent failures: P(any is right), and each is reached when those before it
      // failed.
      const all = orders(field, 3)
        .filter((o) => o.length > 0)
        .map((o) =>
          o.reduce(
            (sum, one) => ({ cost: sum.cost + sum.wrong * one.cost_usd!, wrong: sum.wrong * (1 - one.quality) }),
            { cost: 0, wrong: 1 },
          ),
        );
      const reaching = all.filter(({ wrong }) => 1 - wrong >= quality);
      if (reaching.length > 0) near(plan.expected_cost_usd, Math.min(...reaching.map((o) => o.cost)), 1e-9);
      else near(plan.expected_quality, 1 - Math.min(...all.map((o) => o.wrong)));
    }
  });
});

describe('the next step', () => {
  const three = [llm('small', 0.6, 1), llm('middle', 0.7, 3), llm('big', 0.8, 10)];
  const best = request({ quality: 1 });
  const next = (reports: object[], asked = best, spread?: number): CascadeNext =>
    CascadeNext.parse(nextStep(three, asked, reports.map(report), spread));

  test('is the plan’s as long as all goes as planned', () => {
    const plan = planCascade(three, best);
    assert.deepEqual(order(plan), ['small', 'middle', 'big']);
    const reports: object[] = [];
    for (const step of plan.steps) {
      const { model, steps, expected_quality } = next(reports);
      assert.equal(model, step.model);
      near(expected_quality, step.expected_quality);
      assert.deepEqual(
        steps.map((s) => [s.model, s.stop_at]),
        plan.steps.slice(reports.length).map((s) => [s.model, s.stop_at]),
      );
      reports.push({ ok: false });
    }
    const over = next(reports);
    assert.deepEqual([over.model, over.reason, over.spent_usd], [null, 'steps_used', 14]);
  });

  test('is none once an answer scores at least stop_at, and that is the answer', () => {
    const [first] = planCascade(three, request({ quality: 0.85 })).steps;
    const keep = next([{ score: first!.stop_at }], request({ quality: 0.85 }));
    assert.deepEqual([keep.model, keep.answer, keep.reason], [null, first!.model, 'good_enough']);
    assert.notEqual(next([{ score: first!.stop_at - 0.01 }], request({ quality: 0.85 })).model, null);
  });

  test('expects less of the others after a failure, more after a success', () => {
    const of = (reports: object[]): number =>
      next(reports, request({ quality: 1, max_steps: 2 })).steps[0]!.expected_quality;
    const alone = planCascade([three[2]!], best).expected_quality;
    assert.ok(of([{ model: 'small', ok: false }]) < alone - 0.1);
    near(
      next([{ model: 'small', ok: false }], request({ quality: 1, max_steps: 2 }), INDEPENDENT).steps[0]!
        .expected_quality,
      alone,
    );
  });

  test('keeps the best of the answers that were tried', () => {
    const over = next([{ score: 0.3 }, { score: 0.5 }, { score: 0.2 }]);
    assert.deepEqual([over.model, over.answer, over.answer_quality], [null, 'middle', 0.5]);
    const noisy = next(
      [
        { model: 'big', ok: false },
        { model: 'small', ok: false },
        { model: 'middle', ok: false },
      ],
      request({ quality: 1, reliability: 0.5 }),
    );
    assert.equal(noisy.answer, 'big', 'none passed: the one of which most was expected');
  });

  test('is the same for the same verdicts in another order', () => {
    const [a, b] = [
      { model: 'small', ok: false },
      { model: 'big', ok: false },
    ];
    const asked = request({ quality: 1, reliability: 0.8 });
    assert.deepEqual(next([a, b], asked), next([b, a], asked));
  });

  test('goes on without an LLM whose call failed: that costs no step, and is not held against the others', () => {
    const failed = next([{ error: 'timeout', latency_ms: 30_000 }]);
    assert.deepEqual([failed.model, failed.reason, failed.spent_usd, failed.answer], ['middle', 'failed', 0, null]);
    assert.deepEqual(failed.steps, planCascade(three.slice(1), best).steps);
    const gone = next([{ error: 'a' }, { error: 'b', cost_usd: 2 }, { error: 'c' }]);
    assert.deepEqual(
      [gone.model, gone.answer, gone.answer_quality, gone.reason, gone.spent_usd],
      [null, null, null, 'none_left', 2],
    );
    assert.equal(next([{ error: 'a' }, { model: 'small', ok: true }]).answer, 'small', 'a second try may do');
  });

  test('counts what the steps cost against max_cost_usd', () => {
    const asked = request({ quality: 1, max_cost_usd: 14 });
    assert.equal(next([{ ok: false }, { ok: false }], asked).model, 'big');
    const dear = next([{ ok: false, cost_usd: 4 }], asked);
    assert.deepEqual([order(dear), dear.spent_usd], [['big'], 4]);
    assert.deepEqual(next([{ ok: false, cost_usd: 13.5 }], asked).reason, 'over_budget');
  });

  test('is none where the wanted quality was expected of one LLM alone', () => {
    const over = next([{ ok: false }], request({ quality: 0.5 }));
    assert.deepEqual([over.model, over.answer, over.reason], [null, 'small', 'not_worth_it']);
  });

  test('refuses reports of LLMs that were not asked for, or twice', () => {
    const refused = (reports: object[], pattern: RegExp): void =>
      assert.throws(
        () => next(reports),
        (error) => error instanceof PointsmanError && error.code === 'invalid_request' && pattern.test(error.message),
      );
    refused([{ model: 'other', ok: true }], /model: expected a candidate of the decision, got "other"/);
    refused(
      [{ ok: false }, { model: 'small', ok: false }],
      /model: expected an LLM whose answer was not reported yet, got "small"/,
    );
    refused(
      [{ ok: true }, { ok: true }],
      /model: expected the LLM that was asked, as the cascade is over, got nothing/,
    );
    assert.throws(() => report({ model: 'small' }), /expected exactly one of score, ok and error/);
    assert.throws(() => report({ ok: true, score: 1 }), /expected exactly one of score, ok and error/);
  });
});
