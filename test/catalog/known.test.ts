import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { withLearnedValues } from '../../src/catalog/learned-values.js';
import { strengthsOf } from '../../src/schema/strength.js';
import { knownProfile } from '../../src/catalog/known.js';
import { strengthsOfAll } from '../../src/catalog/strengths.js';
import type { History } from '../../src/catalog/history.js';
import { createLearnedScorer } from '../../src/learned/serve/trained.js';
import { createForgetting } from '../../src/dataset/forget.js';
import type { Interaction } from '../../src/schema/feedback.js';
import type { LlmId } from '../../src/schema/ids.js';
import { KnownProfile, StrengthList } from '../../src/schema/known-profile.js';
import type { Scorer } from '../../src/scoring/types.js';
import { createPriorScorer } from '../../src/scoring/prior.js';
import type { Ledger } from '../../src/store/open.js';
import { openBackend } from '../../src/tensor/backend.js';
import { temporaryLedger } from '../decision/parts.js';
import { interaction } from '../store/support.js';
import { encoder } from '../support/learn.js';
import { smallLog } from '../support/log.js';
import { randomModel } from '../support/model.js';

const rows = smallLog({ queries: 40 });
const history: History = {
  of: async () => [{ version: 'v', created_at: '2026-01-01T00:00:00.000Z', score: 0.5 }],
  textsIn: async () => ({ flat: 'Flat', structured: 'Structured' }),
  quotedIn: async () => null,
  mapIn: async () => null,
};
let ledger: Ledger;
let remove: () => Promise<void>;
before(async () => {
  ({ ledger, remove } = await temporaryLedger());
  for (const llm of rows.llms) await ledger.catalog.put(llm);
  await ledger.catalog.linkTaskDomain('poetry', 'arts');
  // Texts of half the queries are kept.
  const records = Array.from(rows.queries, ({ text }, q) => ({
    kind: 'interaction' as const,
    value: {
      query: text,
      model: 'poet',
      score: 1,
      latency_ms: 200,
      completion_tokens: 50,
      cost_usd: 0.01,
    } as Interaction,
    q,
  })).filter(({ q }) => q % 2 === 0);
  await ledger.feedback.append([{ records }]);
});
after(() => remove());

async function known(scorer: Scorer, id: string): Promise<KnownProfile> {
  const found = await knownProfile({ ledger, scorer, history, clock: Date.now }, id as LlmId);
  return KnownProfile.parse(found);
}

async function learnedScorer(): Promise<Scorer> {
  const { tf } = await openBackend('wasm');
  const { model } = await randomModel(tf, rows);
  model.names.kinds = [];
  const stats = await ledger.feedback.stats();
  return createLearnedScorer({ version: 'v', model, encoder, llms: rows.llms, stats });
}

describe('a profile as it is known', () => {
  test('has what was learned beside what is declared', async () => {
    const scorer = await learnedScorer();
    const { learned, ...declared } = await known(scorer, 'poet');
    assert.deepEqual(declared, await ledger.catalog.get('poet'));
    assert.deepEqual([learned.version, learned.router, learned.health.state], ['v', 'learned', 'closed']);
    for (const one of [learned.overall, ...learned.tasks, ...learned.domains])
      assert.ok(one.low <= one.score && one.score <= one.high && one.answers > 0, JSON.stringify(one));
    assert.deepEqual(learned.tasks.map(({ task }) => task).toSorted(), ['arithmetic', 'poetry']);
    const { task: _task, ...poetry } = learned.tasks.find(({ task }) => task === 'poetry')!;
    assert.deepEqual(learned.domains, [{ domain: 'arts', ...poetry }]);
    const counts = learned.tasks.reduce((sum, { answers }) => sum + answers, 0);
    assert.equal(counts, learned.overall.answers);
  });

  test('stands among the others as it is known by itself', async () => {
    const scorer = await learnedScorer();
    const all = StrengthList.parse(await strengthsOfAll({ ledger, scorer, clock: Date.now }, 'task'));
    assert.deepEqual([all.version, all.router], ['v', 'learned']);
    assert.deepEqual(
      all.models.map(({ model }) => model as string),
      ['calculator', 'middling', 'poet'],
    );
    const { learned } = await known(scorer, 'poet');
    const { overall, groups, usage, state, alerts } = all.models[2]!;
    assert.deepEqual([overall, usage, state, alerts], [learned.overall, learned.usage, 'closed', 0]);
    assert.deepEqual(
      all.groups.map((task, i) => ({ task, ...groups[i]! })).toSorted((a, b) => b.score - a.score),
      learned.tasks,
    );
    const overallOnly = await strengthsOfAll({ ledger, scorer, clock: Date.now }, undefined);
    assert.deepEqual([overallOnly.groups, overallOnly.models[2]!.groups], [[], []]);
  });

  test('names queries that it wins and loses, with their texts as far as they are kept', async () => {
    const { wins, losses } = (await known(await learnedScorer(), 'poet')).learned;
    assert.ok(wins.length > 0 && losses.length > 0);
    for (const { score, others } of wins) assert.ok(score > others);
    for (const { score, others } of losses) assert.ok(score < others);
    const texts = [...wins, ...losses].map(({ query }) => query);
    assert.ok(texts.some((text) => text !== null));
    assert.deepEqual(
      losses.map((one) => one.score - one.others),
      losses.map((one) => one.score - one.others).toSorted((a, b) => a - b),
    );
  });

  test('says what answers take, who is nearest, what its texts say, and how it changed', async () => {
    const { usage, nearest, texts, history: past } = (await known(await learnedScorer(), 'poet')).learned;
    assert.deepEqual([usage.answers, usage.completion_tokens, usage.cost_usd!.toFixed(6)], [20, 50, '0.010000']);
    assert.ok(Math.abs(usage.latency_ms! - 200) < 1e-6 && usage.latency_p90_ms! > 200);
    assert.deepEqual(nearest.map(({ model }) => model as string).toSorted(), ['calculator', 'middling']);
    assert.deepEqual([texts, past.length], [{ flat: 'Flat', structured: 'Structured' }, 1]);
  });

  test('its text with what it heard of others is left out where it quotes what is forgotten', async () => {
    const [kept, gone] = [rows.queries.hashOf(0), 'ab'.repeat(32)];
    const scorer = await learnedScorer();
    const textsWith = async (quoted: readonly string[] | null): Promise<unknown> => {
      const parts = { ledger, scorer, history: { ...history, quotedIn: async () => quoted }, clock: Date.now };
      return (await knownProfile(parts, 'poet' as LlmId))!.learned.texts;
    };
    const whole = { flat: 'Flat', structured: 'Structured' };
    const cut = { flat: 'Flat', structured: null };
    assert.deepEqual([await textsWith([kept]), await textsWith([kept, gone])], [whole, cut]);
    assert.deepEqual(await textsWith(null), whole, 'a version that does not say what it quotes: nothing is forgotten');
    const [another] = await ledger.snapshot.texts([rows.queries.hashOf(2)]);
    await createForgetting({ ledger }).forget({ hash: rows.queries.hashOf(2) });
    assert.deepEqual([await textsWith(null), await textsWith([kept])], [cut, whole]);
    const { wins, losses } = (await known(scorer, 'poet')).learned;
    const found = [...wins, ...losses].find(({ query_hash: hash }) => hash === rows.queries.hashOf(2));
    assert.ok(found === undefined || found.query === null);
    await ledger.feedback.append([{ records: [interaction(another!, 'poet', 1)] }]);
  });

  test('before anything is trained has its mean score and what is declared', async () => {
    const scorer = createPriorScorer(await ledger.catalog.list(), await ledger.feedback.stats());
    const { learned } = await known(scorer, 'poet');
    assert.deepEqual([learned.version, learned.tasks, learned.wins, learned.texts], [null, [], [], null]);
    assert.equal(learned.overall.answers, 21);
  });

  test('of an LLM that nobody knows is nothing', async () => {
    const scorer = createPriorScorer(await ledger.catalog.list(), []);
    const found = await knownProfile({ ledger, scorer, history, clock: Date.now }, 'nobody' as LlmId);
    assert.equal(found, undefined);
  });

  test('can be filled into what is declared, and counts there as any declared score', async () => {
    const profile = await known(await learnedScorer(), 'poet');
    const declared = [{ task: 'Poetry', metrics: { rouge: 0.5 } }];
    const filled = withLearnedValues(KnownProfile.parse({ ...profile, task_types: declared }));
    const [first, second] = filled.task_types!;
    const poetry = profile.learned.tasks.find(({ task }) => task === 'poetry')!;
    assert.deepEqual(Object.keys(first!.metrics!), [
      'rouge',
      'learned_score',
      'learned_low',
      'learned_high',
      'learned_answers',
    ]);
    assert.equal(first!.metrics!['learned_score'], Number(poetry.score.toFixed(4)));
    assert.deepEqual([second!.task as string, filled.latency_ms], ['arithmetic', 200]);
    assert.deepEqual(
      strengthsOf({ ...filled, benchmarks: undefined }).map(({ id }) => id),
      ['poetry rouge', 'poetry learnedscore', 'arithmetic learnedscore'],
    );
  });
});
