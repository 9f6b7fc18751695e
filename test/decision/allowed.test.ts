import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createRng } from '../../src/base/rng.js';
import type { Decider } from '../../src/decision/decider.js';
import { reportStep } from '../../src/decision/cascade-report.js';
import { seenBy } from '../../src/decision/allowed.js';
import { ANYBODY, type Caller } from '../../src/live/keys.js';
import { policiesOver } from '../../src/live/policies.js';
import { PolicyBody, type Rules } from '../../src/schema/policy.js';
import { RouteRequest, type RouteResponse } from '../../src/schema/route.js';
import type { LlmId } from '../../src/schema/ids.js';
import type { Ledger } from '../../src/store/open.js';
import { addLlms, deciderOf, priorHolder, temporaryLedger } from './parts.js';

const LLMS = ['a', 'b', 'c', 'd', 'e'] as LlmId[];
const POLICIES: Record<string, Rules> = {
  pinned: PolicyBody.parse({ pin: ['e', 'd'] }),
  only: PolicyBody.parse({ models: ['d', 'e'] }),
  cheap: PolicyBody.parse({ cost_weight: 5, max_cost_usd: 0.01, on_no_candidate: 'nearest' }),
  nearest: PolicyBody.parse({ fallbacks: 'nearest', exploration: 0.5 }),
};

let ledger: Ledger;
let decider: Decider;
let remove: () => Promise<void>;

const callerOf = (models: string[] | null, policies: string[] | null = null): Caller => ({
  ...ANYBODY,
  models: models as LlmId[] | null,
  policies,
});
const decide = async (fields: object, caller: Caller): Promise<RouteResponse> =>
  decider.decide(RouteRequest.parse({ query: 'Why is the sky blue?', ...fields }), caller);
const rejected = (fields: object, caller: Caller, code: string) => assert.rejects(decide(fields, caller), { code });

before(async () => {
  ({ ledger, remove } = await temporaryLedger());
  await addLlms(ledger, LLMS);
  decider = deciderOf(ledger, await priorHolder(ledger), { policies: policiesOver(new Map(Object.entries(POLICIES))) });
});
after(() => remove());

describe('the LLMs that a key allows', () => {
  test('are never left, whatever is asked for', async () => {
    const rng = createRng(11);
    const some = <T>(from: readonly T[]): T => from[rng.int(from.length)]!;
    let answered = 0;
    for (let n = 0; n < 500; n++) {
      const models = LLMS.filter(() => rng.next() < 0.4);
      if (models.length === 0) continue;
      const fields = {
        policy: some(['quality', 'cost', ...Object.keys(POLICIES)]),
        explain: rng.next() < 0.1,
        ...(rng.next() < 0.3 && { cascade: { quality: rng.next() } }),
        ...(rng.next() < 0.3 && { fallbacks: 'nearest' }),
        ...(rng.next() < 0.3 && { on_no_candidate: 'nearest', max_cost_usd: 1e-9 }),
        ...(rng.next() < 0.3 && { exploration: 0.5 }),
        ...(rng.next() < 0.3 && { pin: [some(models)] }),
        ...(rng.next() < 0.3 && { exclude: [some(LLMS)] }),
      };
      let answer: RouteResponse;
      try {
        answer = await decide(fields, callerOf(models));
      } catch (error) {
        assert.equal((error as { code: string }).code, 'no_candidate');
        continue;
      }
      answered++;
      const named = [
        answer.model,
        ...answer.ranking.map(({ model }) => model),
        ...answer.fallbacks,
        ...(answer.cascade?.steps.map(({ model }) => model) ?? []),
        answer.explanation?.fallback?.model ?? models[0]!,
      ];
      for (const model of named) assert.ok(models.includes(model), `${model} of ${models.join()}`);
    }
    assert.ok(answered > 200);
  });

  test('are all that may be named', async () => {
    await rejected({ models: ['a', 'e'] }, callerOf(['a', 'b']), 'model_not_allowed');
    await rejected({ pin: ['e'] }, callerOf(['a', 'b']), 'model_not_allowed');
    await rejected({ policy: 'only' }, callerOf(['a', 'b']), 'no_candidate');
    assert.equal((await decide({ models: ['a'] }, callerOf(['a', 'b']))).model, 'a');
  });

  test('hold for a cascade that somebody else asked for', async () => {
    const { decision_id: id, cascade } = await decide({ cascade: { quality: 1, reliability: 1 } }, ANYBODY);
    const load = { take: () => true, release: () => undefined };
    const first = cascade!.steps[0]!.model;
    const allowed = LLMS.filter((model) => model !== first).slice(0, 2);
    const caller = callerOf([first, ...allowed]);
    const next = await reportStep({ decider, ledger, load }, id, { error: 'it failed' }, caller);
    assert.ok(allowed.includes(next.model!), String(next.model));
    for (const { model } of next.steps) assert.ok([first, ...allowed].includes(model));
  });
});

describe('the policies that a key allows', () => {
  test('are all that may be named, and the first is the default', async () => {
    await rejected({ policy: 'quality' }, callerOf(null, ['only', 'cheap']), 'policy_not_allowed');
    const { ranking } = await decide({}, callerOf(null, ['only', 'cheap']));
    assert.deepEqual(ranking.map(({ model }) => model).toSorted(), ['d', 'e']);
  });

  test('may be narrowed by a request, and not widened', async () => {
    const narrow = policiesOver(
      new Map([['p', PolicyBody.parse({ max_cost_usd: 0.01, min_quality: 0.2, models: ['a', 'b'] })]]),
    );
    const rulesWith = (own: Rules): Rules => narrow.prepare('p', own, callerOf(null, ['p'])).rules;
    const own = { max_cost_usd: 1, min_quality: 0, models: ['b', 'c'] } as Rules;
    assert.deepEqual(rulesWith(own), { max_cost_usd: 0.01, min_quality: 0.2, models: ['b'] });
    assert.deepEqual(rulesWith({ max_cost_usd: 0.001, min_quality: 0.5 }), {
      max_cost_usd: 0.001,
      min_quality: 0.5,
      models: ['a', 'b'],
    });
    for (const widening of [{ pin: ['d'] }, { cost_weight: 0 }, { exploration: 0.5 }, { on_no_candidate: 'nearest' }])
      await rejected(widening, callerOf(null, ['only']), 'policy_not_allowed');
  });
});

test('an explanation shows texts to who may read, and no LLM outside the list', () => {
  const explanation = {
    summary: 'a is chosen',
    tasks: [],
    kinds: [],
    neighbours: [{ query: 'a secret of others', similarity: 0.9, scores: { a: 1, b: 0.5 } }],
    excluded: [{ model: 'b', reason: 'it is not among models' }],
    fallback: null,
    runner_up: null,
  };
  const seen = seenBy(explanation, { ...callerOf(['a']), may: (scope) => scope === 'route' });
  assert.doesNotMatch(JSON.stringify(seen), /secret|"b"/);
  assert.equal(seen.neighbours[0]!.scores['a'], 1);
  assert.equal(seenBy(explanation, ANYBODY), explanation);
  assert.match(seenBy(explanation, callerOf(['a'])).neighbours[0]!.query, /secret/);
});

test('a decision that its caller can’t pay for is not made, and takes no room from others', async () => {
  const taken: string[] = [];
  const load = { current: () => null, take: (model: string) => taken.push(model) > 0 };
  const limited = deciderOf(ledger, await priorHolder(ledger), { load });
  const charged: { usd: number }[] = [];
  const poor: Caller = {
    ...ANYBODY,
    charge(usage) {
      charged.push(usage);
      throw new Error('too poor');
    },
  };
  const logged = async () => (await ledger.decisions.list({ limit: 100 })).length;
  const were = await logged();
  await assert.rejects(async () => limited.decide(RouteRequest.parse({ query: 'q' }), poor), /too poor/);
  assert.deepEqual([taken, charged.length], [[], 1]);
  assert.ok(charged[0]!.usd > 0);
  await limited.flush();
  assert.equal(await logged(), were);
});

test('an LLM whose room others took is paid back, and the one that gets the query is paid', async () => {
  const load = { current: () => null, take: (model: string) => model === 'a' };
  const limited = deciderOf(ledger, await priorHolder(ledger), { load });
  let [charged, refunded] = [0, 0];
  const caller: Caller = {
    ...ANYBODY,
    charge: ({ usd }) => void (charged += usd),
    refund: ({ usd }) => void (refunded += usd),
  };
  const { model, ranking } = await limited.decide(RouteRequest.parse({ query: 'q' }), caller);
  assert.equal(model, 'a');
  const { cost_usd: cost } = ranking.find((llm) => llm.model === 'a')!;
  assert.ok(refunded > 0);
  assert.ok(Math.abs(charged - refunded - cost!) < 1e-12);
});
