import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { PointsmanError } from '../../src/base/errors.js';
import { createRng } from '../../src/base/rng.js';
import type { CallContext, Standing } from '../../src/decision/call-context.js';
import { createDecider, type Decider, type DeciderParts } from '../../src/decision/decider.js';
import { shadowResults, shownDisagreements } from '../../src/decision/shadow-results.js';
import type { Beside, Experiments } from '../../src/live/experiments.js';
import { ANYBODY } from '../../src/live/keys.js';
import { policiesOver } from '../../src/live/policies.js';
import { Shadow } from '../../src/schema/experiment.js';
import { PolicyBody } from '../../src/schema/policy.js';
import { LlmProfile } from '../../src/schema/profile.js';
import { RouteRequest, type RouteResponse } from '../../src/schema/route.js';
import type { Scorer, ScorerHolder } from '../../src/scoring/types.js';
import type { Ledger } from '../../src/store/open.js';
import { keptLog, priorHolder, temporaryLedger } from './parts.js';

const POLICIES = {
  thrifty: PolicyBody.parse({ cost_weight: 100 }),
  bounded: PolicyBody.parse({ max_cost_usd: 0.001 }),
  none: PolicyBody.parse({ max_cost_usd: 1e-9 }),
  curious: PolicyBody.parse({ exploration: 0.5 }),
  twice: PolicyBody.parse({ cascade: { reliability: 1, max_steps: 2 } }),
};
const COSTS: Record<string, number> = { best: 0.01, near: 0.005, weak: 0.0005 };
const ACTIVE = { best: 0.9, near: 0.85, weak: 0.5 };

let ledger: Ledger;
let remove: () => Promise<void>;
let prior: ScorerHolder;
before(async () => {
  ({ ledger, remove } = await temporaryLedger());
  for (const id of Object.keys(COSTS)) await ledger.catalog.put(LlmProfile.parse({ id }));
  prior = await priorHolder(ledger);
});
after(() => remove());

let names = 0;
/** An experiment of each test's own. */
let name: string;
beforeEach(async () => {
  name = `shadow-${++names}`;
  await ledger.experiments.put(name, Shadow.parse({ kind: 'shadow', candidate: { policy: 'cost' } }));
});

interface Scoring {
  version?: string | null;
  /** Called with what is scored. */
  onScore?: (vector: Float32Array) => void;
  encode?: Scorer['encode'];
}

function scorerOf(qualities: Record<string, number>, { version = null, onScore, encode }: Scoring = {}): Scorer {
  const scorer = prior.current();
  return {
    ...scorer,
    version,
    encode: encode ?? scorer.encode,
    score(_query, vector) {
      onScore?.(vector);
      return scorer.models.map((model) => ({
        model,
        quality: qualities[model] ?? 0,
        uncertainty: 0.1,
        costUsd: COSTS[model]!,
        latencyMs: 100,
        latencyP90Ms: null,
      }));
    },
  };
}

interface Bench {
  decider: Decider;
  decide(fields?: object, context?: Partial<CallContext> | null): RouteResponse;
  results(): ReturnType<typeof shadowResults>;
  /** Disagreements as the ledger has them. */
  listed(): ReturnType<Ledger['shadows']['disagreements']>;
}

interface BenchOptions extends Partial<DeciderParts['live']> {
  shadow?: object;
  /** The scorer of the shadow's version. */
  other?: Scorer;
  active?: Scorer;
  parts?: Partial<DeciderParts>;
}

/** A decider with one shadow, on all traffic of the policy `quality` unless told otherwise. */
function bench({ shadow = {}, other, active = scorerOf(ACTIVE), parts, ...live }: BenchOptions = {}): Bench {
  const body = Shadow.parse({ kind: 'shadow', candidate: { policy: 'thrifty' }, ...shadow });
  const beside: Beside = { experiment: name, shadow: body, scorer: other ?? null };
  const experiments: Experiments = {
    assign: () => null,
    shadows: (policy) => (policy === (body.of ?? 'quality') ? [beside] : []),
  };
  const decider = createDecider({
    live: {
      scorer: { current: () => active },
      policies: policiesOver(new Map(Object.entries(POLICIES))),
      experiments,
      ...live,
    },
    ledger,
    clock: () => Date.UTC(2026, 0, 2),
    rng: createRng(1),
    log: keptLog().log,
    ...parts,
  });
  const whole: CallContext = {
    needs: { tools: false, images: false, audio: false, files: false, json: false },
    promptTokens: 1_000,
    maxOutputTokens: null,
    uncallable: () => undefined,
    conversation: 'a',
    standing: null,
    texts: 'whole',
  };
  return {
    decider,
    decide(fields = {}, context = null) {
      const request = RouteRequest.parse({ query: 'How far is the moon?', ...fields });
      const answer = decider.decide(request, ANYBODY, context === null ? undefined : { ...whole, ...context });
      assert.ok(!(answer instanceof Promise), 'nobody waits for shadows');
      return answer;
    },
    async results() {
      await decider.shadows.drain();
      assert.ok(await decider.flush());
      return shadowResults(ledger, name);
    },
    listed: () => ledger.shadows.disagreements(name, { limit: 1_000 }),
  };
}

const standing = (model: string, turn: Standing['turn']): Partial<CallContext> => ({
  standing: { model, turn, cachedTokens: 0 },
});

describe('a shadow', () => {
  test('decides beside decisions by its policy, and what it would have chosen is kept', async () => {
    const { decide, results, listed, decider } = bench();
    const made = [decide({ task: 'astronomy' }), decide({ query: 'And the sun?' })];
    assert.deepEqual(
      made.map(({ model }) => model),
      ['best', 'best'],
    );
    const { expected, models, judged, ...counts } = await results();
    assert.deepEqual(counts, { compared: 2, agreed: 0, dropped: 0, failed: 0 });
    const means = {
      quality: { decisions: 2, active: 0.9, candidate: 0.5 },
      cost_usd: { decisions: 2, active: 0.01, candidate: 0.0005 },
      latency_ms: { decisions: 2, active: 100, candidate: 100 },
    };
    assert.deepEqual(expected, { active: means, candidate: means });
    assert.deepEqual(models, [
      { model: 'best', active: 1, candidate: 0 },
      { model: 'weak', active: 0, candidate: 1 },
    ]);
    assert.deepEqual(judged, { wins: 0, losses: 0, ties: 0, advantage: null, spent_usd: 0 });
    const [second, first] = await shownDisagreements(decider, await listed());
    assert.deepEqual(
      [first!.decision_id, first!.model, first!.candidate, first!.query, first!.task, first!.better],
      [made[0]!.decision_id, 'best', 'weak', 'How far is the moon?', 'astronomy', null],
    );
    assert.deepEqual([second!.query, second!.task], ['And the sun?', null]);
  });

  test('leaves the decision, its log and its capacity as they are', async () => {
    const taken: string[] = [];
    const load = {
      current: () => null,
      take: (model: string) => {
        taken.push(model);
        return true;
      },
    };
    const earlier = await ledger.decisions.list({ limit: 1_000 });
    const { decide, results } = bench({ load });
    decide();
    await results();
    assert.deepEqual(taken, ['best']);
    assert.equal((await ledger.decisions.list({ limit: 1_000 })).length, earlier.length + 1);
  });

  test('keeps the rules of the request, and ranks only its own LLMs where it says them', async () => {
    const { decide, results, listed } = bench({ shadow: { candidate: { models: ['near', 'weak'] } } });
    decide();
    decide({ exclude: ['near'] });
    const { compared } = await results();
    assert.equal(compared, 2);
    assert.deepEqual(
      (await listed()).map(({ candidate }) => candidate),
      ['weak', 'near'],
    );
  });

  test('of what its rules leave out, knows what the same scorer expects', async () => {
    const { decide, results } = bench({ shadow: { candidate: { policy: 'bounded' } } });
    decide();
    const { expected } = await results();
    assert.deepEqual(expected.candidate.quality, { decisions: 1, active: 0.9, candidate: 0.5 });
    assert.deepEqual(expected.active.quality, { decisions: 1, active: 0.9, candidate: 0.5 });
  });

  test('of a version scores by it, of the same vector where both were trained', async () => {
    const vectors: Float32Array[] = [];
    const vector = Float32Array.of(1, 2);
    const options = { version: 'v2', onScore: (one: Float32Array) => void vectors.push(one) };
    const encode = async (): Promise<Float32Array> => Float32Array.of(3);
    const other = scorerOf({ best: 0.4, near: 0.8, weak: 0.1 }, { ...options, encode });
    const trained = scorerOf(ACTIVE, { version: 'v1', encode: () => vector });
    const shadow = { candidate: { version: 'v2' } };
    const same = bench({ shadow, other, active: trained });
    same.decide();
    const { expected } = await same.results();
    assert.equal(vectors[0], vector);
    assert.deepEqual(expected.active.quality, { decisions: 1, active: 0.9, candidate: 0.85 });
    assert.deepEqual(expected.candidate.quality, { decisions: 1, active: 0.4, candidate: 0.8 });
    const untrained = bench({ shadow, other });
    untrained.decide();
    await untrained.results();
    assert.deepEqual(vectors[1], Float32Array.of(3), 'nothing is encoded before anything is trained');
  });

  test('takes part in what is open and decided by what is in force alone', async () => {
    const { decide, results } = bench();
    for (const fields of [{ models: ['near'] }, { pin: ['near'] }, { cascade: { reliability: 1 } }, { policy: 'cost' }])
      decide(fields);
    decide({}, standing('near', 'tools'));
    decide({}, standing('near', 'escalate'));
    assert.equal((await results()).compared, 0);
    decide({}, standing('near', 'free'));
    assert.equal((await results()).compared, 1);
    const cascades = bench({ shadow: { of: 'twice' } });
    cascades.decide({ policy: 'twice' });
    assert.equal((await cascades.results()).compared, 1, 'of the other bench');
  });

  test('is not compared with decisions of another experiment’s candidate', async () => {
    const shadow = Shadow.parse({ kind: 'shadow', candidate: { policy: 'thrifty' } });
    const beside: Beside = { experiment: name, shadow, scorer: null };
    let candidate: { policy: string } | null = { policy: 'cost' };
    const experiments: Experiments = {
      assign: () => ({ experiment: 'other', arm: 'x', other: null, unit: 0, candidate, scorer: null }),
      shadows: () => [beside],
    };
    const { decide, results } = bench({ experiments });
    decide();
    candidate = null;
    decide();
    assert.equal((await results()).compared, 1);
  });

  test('compares who comes first, where the policy explores', async () => {
    const { decide, results } = bench({ shadow: { of: 'curious' } });
    const chosen = new Set(Array.from({ length: 30 }, () => decide({ policy: 'curious' }).model));
    assert.equal(chosen.size, 3);
    assert.deepEqual((await results()).models, [
      { model: 'best', active: 1, candidate: 0 },
      { model: 'weak', active: 0, candidate: 1 },
    ]);
  });

  test('decides beside its share of decisions', async () => {
    const { decide, results, decider } = bench({ shadow: { share: 0.25 } });
    for (let i = 0; i < 400; i++) {
      decide();
      if (i % 100 === 99) await decider.shadows.drain();
    }
    const { compared } = await results();
    assert.ok(compared > 70 && compared < 130, String(compared));
  });

  test('that finds no candidate, or is of a policy that is gone, is counted, and hurts nobody', async () => {
    for (const policy of ['none', 'gone']) {
      const { decide, results } = bench({ shadow: { candidate: { policy } } });
      assert.equal(decide().model, 'best');
      const { compared, failed } = await results();
      assert.deepEqual([compared, failed], [0, policy === 'none' ? 1 : 2]);
    }
  });

  test('drops the oldest where more wait than it comes to, and counts them', async () => {
    const { decide, results, listed } = bench();
    const made = Array.from({ length: 300 }, () => decide().decision_id);
    const { compared, dropped } = await results();
    assert.deepEqual([compared, dropped], [256, 44]);
    assert.equal((await listed()).at(-1)!.decision, made[44]);
  });

  test('comes to decisions by itself, for a moment at a time, and then rests', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    let now = 0;
    // Each of its looks at the time takes half a millisecond: it comes to two decisions at once.
    const { decide, listed, decider } = bench({ parts: { now: () => (now += 0.5) } });
    const turn = async (ms: number): Promise<number> => {
      t.mock.timers.tick(ms);
      for (let i = 0; i < 20; i++) await new Promise((resume) => setImmediate(resume));
      assert.ok(await decider.flush());
      return (await listed()).length;
    };
    for (let i = 0; i < 5; i++) decide();
    assert.equal(await turn(19), 0);
    assert.equal(await turn(1), 1);
    assert.equal(await turn(48), 1, 'it rests for as long as keeps to 3 in 100');
    assert.equal(await turn(1), 2);
  });

  test('keeps what the ledger does not take, and writes it later', async () => {
    let busy = true;
    const around = {
      ...ledger,
      shadows: {
        ...ledger.shadows,
        async add(...args: Parameters<Ledger['shadows']['add']>) {
          if (busy) throw new PointsmanError('ledger_busy', 'another process is writing');
          return ledger.shadows.add(...args);
        },
      },
    };
    const { decide, decider, results } = bench({ parts: { ledger: around } });
    decide();
    await decider.shadows.drain();
    assert.equal(await decider.flush(), false);
    decide();
    await decider.shadows.drain();
    busy = false;
    assert.equal((await results()).compared, 2);
    assert.equal((await ledger.shadows.disagreements(name, { limit: 9 })).length, 2);
  });
});

describe('disagreements to ask', () => {
  const ask = { share: 1, budget_usd: 1 };

  test('are of calls alone, and told once', async () => {
    const { decide, decider } = bench({ shadow: { ask } });
    const [call, route] = [decide({}, {}), decide()];
    const first = decider.shadows.toAsk(call.decision_id);
    await decider.shadows.drain();
    assert.deepEqual(await first, [{ experiment: name, model: 'weak' }], 'who came before the shadow waited for it');
    assert.deepEqual(await decider.shadows.toAsk(call.decision_id), []);
    assert.deepEqual(await decider.shadows.toAsk(route.decision_id), []);
    assert.deepEqual(await decider.shadows.toAsk('never'), []);
  });

  test('are none where both agree, none is to be asked, it is over, or chance chose another', async () => {
    const late = { until: '2026-01-01T00:00:00Z' };
    for (const shadow of [
      { ask, candidate: { policy: 'quality' } },
      {},
      { ask: { ...ask, share: 0 } },
      { ask, ...late },
    ]) {
      const { decide, decider } = bench({ shadow });
      const { decision_id: id } = decide({}, {});
      await decider.shadows.drain();
      assert.deepEqual(await decider.shadows.toAsk(id), [], JSON.stringify(shadow));
    }
    const { decide, decider } = bench({ shadow: { ask, of: 'curious' } });
    const made = Array.from({ length: 20 }, () => decide({ policy: 'curious' }, {}));
    await decider.shadows.drain();
    for (const { decision_id: id, model } of made)
      assert.equal((await decider.shadows.toAsk(id)).length, Number(model === 'best'));
  });

  test('that were dropped are told as none', async () => {
    const { decide, decider } = bench({ shadow: { ask } });
    const { decision_id: id } = decide({}, {});
    const told = decider.shadows.toAsk(id);
    for (let i = 0; i < 256; i++) decide({}, {});
    assert.deepEqual(await told, []);
  });
});
