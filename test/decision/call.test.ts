import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { hashOfNothing, sha256 } from '../../src/base/hash.js';
import type { CallContext, Standing } from '../../src/decision/call-context.js';
import type { Decider } from '../../src/decision/decider.js';
import { UNLIMITED, type Load } from '../../src/live/load.js';
import { ANYBODY } from '../../src/live/keys.js';
import { policiesOver } from '../../src/live/policies.js';
import { PolicyBody } from '../../src/schema/policy.js';
import { LlmProfile } from '../../src/schema/profile.js';
import { RouteRequest, RouteResponse } from '../../src/schema/route.js';
import type { ScoredLlm, Scorer, ScorerHolder } from '../../src/scoring/types.js';
import type { Ledger } from '../../src/store/open.js';
import { deciderOf, priorHolder, temporaryLedger } from './parts.js';

const POLICIES = {
  twice: PolicyBody.parse({ cascade: { reliability: 1, max_steps: 2 } }),
  cheap: PolicyBody.parse({ cheapest_within: 0.1 }),
};

const PRICES = { input_price: 2, output_price: 10, cached_input_price: 0.5 };

let ledger: Ledger;
let remove: () => Promise<void>;
let prior: ScorerHolder;
let decider: Decider;

before(async () => {
  ({ ledger, remove } = await temporaryLedger());
  for (const id of ['best', 'near', 'weak']) await ledger.catalog.put(LlmProfile.parse({ id, ...PRICES }));
  prior = await priorHolder(ledger);
  decider = deciderWith({ best: 0.9, near: 0.89, weak: 0.5 });
});
after(() => remove());

/** Scores as given; each costs what its prompt and 1,000 tokens of answer do, unless told otherwise. */
function scoredBy(qualities: Record<string, number>, costs: Record<string, number> = {}): ScorerHolder {
  const scorer = prior.current();
  const scoreOf = (model: string, promptTokens: number): ScoredLlm => ({
    model,
    quality: qualities[model] ?? 0,
    uncertainty: 0.1,
    costUsd: costs[model] ?? (2 * promptTokens + 10 * 1_000) / 1e6,
    latencyMs: null,
    latencyP90Ms: null,
  });
  const scored: Scorer = {
    ...scorer,
    score: (_query, _vector, _task, promptTokens = 1) => scorer.models.map((model) => scoreOf(model, promptTokens)),
  };
  return { current: () => scored };
}

const deciderWith = (qualities: Record<string, number>, costs?: Record<string, number>, load?: Load): Decider =>
  deciderOf(ledger, scoredBy(qualities, costs), {
    policies: policiesOver(new Map(Object.entries(POLICIES))),
    ...(load !== undefined && { load }),
  });

const contextOf = (more: Partial<CallContext> = {}): CallContext => ({
  needs: { tools: false, images: false, audio: false, files: false, json: false },
  promptTokens: 1_000,
  maxOutputTokens: null,
  uncallable: () => undefined,
  conversation: 'a',
  standing: null,
  texts: 'whole',
  ...more,
});
const standingAt = (model: string, turn: Standing['turn'] = 'free', cachedTokens = 0): Partial<CallContext> => ({
  standing: { model, turn, cachedTokens },
});

function decide(more: Partial<CallContext>, fields: object = {}, by = decider): RouteResponse {
  const request = RouteRequest.parse({ query: 'How far is the moon?', ...fields });
  const answer = by.decide(request, ANYBODY, contextOf(more));
  assert.ok(!(answer instanceof Promise));
  return RouteResponse.parse(answer);
}
const chosen = (more: Partial<CallContext>, fields?: object, by?: Decider): [string, string | undefined] => {
  const { model, kept } = decide(more, fields, by);
  return [model, kept];
};
const logged = async (id: string) => (await decider.lookup([id])).get(id) ?? assert.fail();

describe('a call', () => {
  test('goes to nobody who can’t serve it', async () => {
    const {
      model,
      decision_id: id,
      kept,
    } = decide({ uncallable: (llm) => (llm === 'best' ? 'no deployment' : undefined) });
    assert.deepEqual([model, kept], ['near', undefined]);
    assert.deepEqual(JSON.parse((await logged(id)).excluded), [
      { model: 'best', constraint: 'deployments', reason: "it can't be called: no deployment" },
    ]);
    assert.throws(() => decide({ uncallable: () => 'no deployment' }), {
      code: 'no_candidate',
      message: /deployments: it can't be called: no deployment, which excludes best, near, weak/,
    });
  });

  test('costs by what is read, images and tools included', () => {
    assert.equal(decide({ promptTokens: 50_000 }).ranking[0]!.cost_usd, 0.11);
  });

  test('is logged with its text, with the hash of it, or with nothing that tells it', async () => {
    const query = 'How far is the moon?';
    const whole = await logged(decide({ texts: 'whole' }).decision_id);
    assert.deepEqual([whole.query, whole.queryHash], [query, sha256(query)]);
    const hash = decide({ texts: 'hash' }).decision_id;
    const none = decide({ texts: 'none' }).decision_id;
    for (const read of [logged, async (id: string) => (await ledger.decisions.get([id])).get(id)!]) {
      assert.deepEqual([(await read(hash)).query, (await read(hash)).queryHash], [null, sha256(query)]);
      assert.deepEqual([(await read(none)).query, (await read(none)).queryHash], [null, hashOfNothing(none)]);
      await decider.flush();
    }
  });
});

describe('a conversation', () => {
  test('stays with its LLM unless another gains more than the margin', () => {
    assert.deepEqual(chosen(standingAt('near')), ['near', 'stayed']);
    assert.deepEqual(chosen(standingAt('best')), ['best', 'stayed']);
    assert.deepEqual(chosen(standingAt('weak')), ['best', 'switched']);
    assert.deepEqual(chosen(standingAt('near'), { switch_margin: 0 }), ['best', 'switched']);
    assert.deepEqual(chosen(standingAt('weak'), { switch_margin: 0.5 }), ['weak', 'stayed']);
  });

  test('weighs what its provider has cached at the price of that', () => {
    // 20,000 tokens at $2 a million, or at $0.50: 4 cents, or 1. An answer costs 1 cent more.
    const by = deciderWith({ best: 0.9, near: 0.84, weak: 0.2 });
    const at = (cachedTokens: number) =>
      decide({ ...standingAt('near', 'free', cachedTokens), promptTokens: 20_000 }, { cost_weight: 0.02 }, by);
    const [none, all] = [at(0), at(20_000)];
    assert.deepEqual([none.model, none.kept], ['best', 'switched']);
    assert.deepEqual([all.model, all.kept], ['near', 'stayed']);
    const costs = (made: RouteResponse) => Object.fromEntries(made.ranking.map((llm) => [llm.model, llm.cost_usd]));
    assert.deepEqual(costs(none), { best: 0.05, near: 0.05, weak: 0.05 });
    assert.deepEqual(costs(all), { best: 0.05, near: 0.02, weak: 0.05 });
    assert.equal(at(1e9).ranking.find(({ model }) => model === 'near')!.cost_usd, 0.02, 'no more than is read');
  });

  test('with results of tools, stays with who asked for them', () => {
    assert.deepEqual(chosen(standingAt('weak', 'tools')), ['weak', 'stayed']);
    assert.deepEqual(chosen(standingAt('weak', 'tools'), { exclude: ['weak'] }), ['best', 'switched']);
    assert.deepEqual(
      chosen({ ...standingAt('weak', 'tools'), uncallable: (llm) => (llm === 'weak' ? 'gone' : undefined) }),
      ['best', 'switched'],
    );
    const full: Load = { ...UNLIMITED, take: (model) => model !== 'weak' };
    assert.deepEqual(
      chosen(standingAt('weak', 'tools'), {}, deciderWith({ best: 0.9, near: 0.8, weak: 0.5 }, {}, full)),
      ['best', 'switched'],
    );
  });

  test('whose calls of tools fail goes to the first that is expected to do better', () => {
    assert.deepEqual(chosen(standingAt('weak', 'escalate')), ['best', 'escalated']);
    assert.deepEqual(chosen(standingAt('near', 'escalate')), ['best', 'escalated'], 'however little');
    assert.deepEqual(chosen(standingAt('best', 'escalate')), ['best', 'stayed'], 'nobody is better');
    const dear = deciderWith({ best: 0.9, near: 0.8, weak: 0.5 }, { best: 1, near: 0.1, weak: 0 });
    assert.deepEqual(chosen(standingAt('weak', 'escalate'), { cost_weight: 0.05 }, dear), ['near', 'escalated']);
  });

  test('is left for a pinned LLM, whatever comes', () => {
    for (const turn of ['free', 'tools', 'escalate'] as const) {
      assert.deepEqual(chosen(standingAt('best', turn), { pin: ['weak'] }), ['weak', 'switched']);
      assert.deepEqual(chosen(standingAt('weak', turn), { pin: ['weak'] }), ['weak', 'stayed']);
    }
    const gone = { uncallable: (llm: string) => (llm === 'weak' ? 'gone' : undefined) };
    assert.deepEqual(chosen({ ...standingAt('near', 'tools'), ...gone }, { pin: ['weak'] }), ['near', 'stayed']);
  });

  test('where the cheapest that is good enough is asked for, stays while it is that', () => {
    const of = (costs: Record<string, number>, own: string) =>
      chosen(standingAt(own), { policy: 'cheap' }, deciderWith({ best: 0.9, near: 0.79, weak: 0.5 }, costs));
    assert.deepEqual(
      of({ best: 0.02, near: 0.01, weak: 0 }, 'near'),
      ['near', 'stayed'],
      'short by less than the margin',
    );
    assert.deepEqual(of({ best: 0.02, near: 0.03, weak: 0 }, 'near'), ['best', 'switched'], 'dearer');
    assert.deepEqual(of({ best: 0.02, near: 0.01, weak: 0 }, 'weak'), ['best', 'switched'], 'not good enough');
    assert.deepEqual(of({ best: 0.02, near: 0.01, weak: 0 }, 'best'), ['best', 'stayed']);
  });

  test('where nobody keeps the bounds, goes to the nearest to keeping them', () => {
    const by = deciderWith({ best: 0.9, near: 0.89, weak: 0.5 }, { best: 3, near: 2, weak: 1 });
    const bounds = { max_cost_usd: 0.5, on_no_candidate: 'nearest' };
    assert.deepEqual(chosen(standingAt('near'), bounds, by), ['weak', 'switched']);
    assert.deepEqual(chosen(standingAt('near', 'tools'), bounds, by), ['near', 'stayed']);
  });

  test('leaves nothing to chance', async () => {
    for (let i = 0; i < 50; i++) {
      const made = decide(standingAt('near'), { exploration: 0.5 });
      assert.deepEqual([made.model, made.propensity], ['near', undefined]);
      assert.equal((await logged(made.decision_id)).propensity, 1);
    }
    const firsts = Array.from({ length: 50 }, () => decide({}, { exploration: 0.5 }).model as string);
    assert.ok(firsts.includes('weak'), 'a first turn explores');
  });

  test('is why, at once and later', async () => {
    const request = RouteRequest.parse({ query: 'q', explain: true });
    const made = await decider.decide(request, ANYBODY, contextOf(standingAt('near')));
    assert.match(
      made.explanation!.summary,
      /^near .*: its conversation stays with it while that pays .*; best, the first of the ranking, is expected/,
    );
    assert.equal(made.explanation!.runner_up, null);
    const better = await decider.decide(request, ANYBODY, contextOf(standingAt('weak', 'escalate')));
    assert.match(better.explanation!.summary, /better than the LLM whose calls of tools fail or repeat/);
    const { explanation } = await decider.explain(await logged(made.decision_id));
    assert.match(explanation!.summary, /^near .*: its conversation stays with it while that pays/);
  });
});

describe('a cascade of a policy', () => {
  const costs = { best: 1, near: 0.5, weak: 0.01 };
  const by = (): Decider => deciderWith({ best: 0.9, near: 0.85, weak: 0.5 }, costs);

  test('is planned as one of the request, whose own goes before it', async () => {
    const route = (fields: object) => {
      const answer = by().decide(RouteRequest.parse({ query: 'q', ...fields }));
      assert.ok(!(answer instanceof Promise));
      return RouteResponse.parse(answer);
    };
    const asked = route({ cascade: POLICIES.twice.cascade });
    assert.deepEqual(route({ policy: 'twice' }).cascade, asked.cascade);
    assert.equal(asked.cascade!.steps.length, 2);
    assert.equal(route({ policy: 'twice', cascade: { max_steps: 1 } }).cascade!.steps.length, 1);
    assert.equal(route({}).cascade, undefined);
    assert.equal(route({ policy: 'twice', exclude: ['best'] }).cascade!.single.model, 'near');
    const own = by();
    const { decision_id: id } = await own.decide(RouteRequest.parse({ query: 'q', policy: 'twice' }));
    const kept = (await own.lookup([id])).get(id)!;
    assert.deepEqual([kept.rules, JSON.parse(kept.cascade!)], ['{}', POLICIES.twice.cascade]);
  });

  test('begins anew with each turn of the user’s, and never with results of tools', async () => {
    const at = (turn: Standing['turn']) => decide(standingAt('near', turn), { policy: 'twice' }, by());
    assert.deepEqual([at('free').model, at('free').kept, at('free').cascade?.steps.length], ['weak', undefined, 2]);
    assert.deepEqual([at('tools').model, at('tools').kept, at('tools').cascade], ['near', 'stayed', undefined]);
    assert.deepEqual(
      [at('escalate').model, at('escalate').kept, at('escalate').cascade],
      ['best', 'escalated', undefined],
    );
    const own = by();
    const request = RouteRequest.parse({ query: 'q', policy: 'twice' });
    const { decision_id: id } = await own.decide(request, ANYBODY, contextOf(standingAt('near', 'tools')));
    assert.equal((await own.lookup([id])).get(id)!.cascade, null);
  });
});
