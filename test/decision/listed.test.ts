import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { firstOf, MOST_LISTED } from '../../src/decision/answer.js';
import { reportStep } from '../../src/decision/cascade-report.js';
import type { Decider } from '../../src/decision/decider.js';
import { UNLIMITED } from '../../src/live/load.js';
import type { Explanation, RankedLlm } from '../../src/schema/route.js';
import { RouteRequest, RouteResponse } from '../../src/schema/route.js';
import type { Ledger } from '../../src/store/open.js';
import { profile } from '../store/support.js';
import { deciderOf, priorHolder, temporaryLedger } from './parts.js';

const LLMS = 300;
const NOW = Date.UTC(2026, 0, 2);

describe('of many candidates', () => {
  let ledger: Ledger;
  let remove: () => Promise<void>;
  let decider: Decider;

  before(async () => {
    ({ ledger, remove } = await temporaryLedger());
    const put = Array.from({ length: LLMS }, (_, i) =>
      profile(`llm/${i}`, { size_b: i + 1, input_price: (i + 1) / 10, output_price: i + 1 }),
    );
    await ledger.catalog.apply({ put, remove: [] });
    decider = deciderOf(ledger, await priorHolder(ledger), { clock: () => NOW });
  });
  after(() => remove());

  const request = (fields: object): RouteRequest => RouteRequest.parse({ query: 'q', ...fields });
  const decide = async (fields: object = {}): Promise<RouteResponse> =>
    RouteResponse.parse(JSON.parse(await decider.decideJson(request(fields))));
  const logged = async (id: string) => {
    const kept = (await decider.lookup([id])).get(id)!;
    return { kept, ranking: JSON.parse(kept.ranking) as RankedLlm[], excluded: JSON.parse(kept.excluded) as object[] };
  };
  /** A decision that chance left to an LLM that is none of the first 100. */
  async function byChance(fields: object = {}): Promise<RouteResponse> {
    for (let i = 0; i < 200; i++) {
      const answer = await decide({ exploration: 0.5, ...fields });
      if (Number(answer.model.slice('llm/'.length)) < LLMS - MOST_LISTED) return answer;
    }
    throw new Error('chance took none of 200 of them');
  }

  test('an answer and the log list the first 100, and the answer how many more there are', async () => {
    const answer = await decide();
    assert.deepEqual([answer.ranking.length, answer.more_ranked], [MOST_LISTED, LLMS - MOST_LISTED]);
    assert.equal(answer.ranking[0]!.model, answer.model);
    assert.deepEqual((await logged(answer.decision_id)).ranking, answer.ranking);
    const plain = await decider.decide(request({}));
    assert.deepEqual([plain.ranking, plain.fallbacks], [answer.ranking, answer.fallbacks]);
  });

  test('`top` says how many an answer lists; the log and fallbacks are as they would be', async () => {
    const { ranking, fallbacks } = await decide({ top: 1000 });
    assert.equal(ranking.length, LLMS);
    for (const top of [1, 2, 100, 299, 300, 301]) {
      const answer = await decide({ top });
      assert.deepEqual(answer.ranking, ranking.slice(0, top));
      assert.equal(answer.more_ranked, top < LLMS ? LLMS - top : undefined);
      assert.deepEqual(answer.fallbacks, fallbacks);
      assert.equal((await logged(answer.decision_id)).ranking.length, MOST_LISTED);
    }
    const two = await decide({ top: 2, models: ['llm/1', 'llm/2'] });
    assert.deepEqual([two.ranking.length, two.more_ranked], [2, undefined]);
  });

  test('the chosen one is always among them, whatever chance chose', async () => {
    for (const top of [undefined, 1, 2]) {
      const { ranking, model, decision_id } = await byChance(top === undefined ? {} : { top });
      assert.equal(ranking.length, top ?? MOST_LISTED);
      assert.equal(ranking.at(-1)!.model, model);
      assert.equal((await logged(decision_id)).ranking.at(-1)!.model, model);
    }
  });

  test('the explanation knows of all, then and later, and lists 100 of the excluded', async () => {
    const chosen = await byChance({ explain: true });
    const later = await decider.explain((await logged(chosen.decision_id)).kept);
    for (const { summary } of [chosen.explanation!, later.explanation!])
      assert.match(summary, new RegExp(`one of the ${LLMS} candidates, chosen by chance`));
    const { decision_id, explanation } = await decide({ explain: true, models: ['llm/1', 'llm/7'] });
    const sizes = ({ excluded, more_excluded }: Explanation) => [excluded.length, more_excluded];
    assert.deepEqual(sizes(explanation!), [MOST_LISTED, LLMS - 2 - MOST_LISTED]);
    assert.equal((await logged(decision_id)).excluded.length, MOST_LISTED);
  });

  test('sums per day count all candidates', async () => {
    await decider.flush();
    const { rows } = await ledger.decisions.days('2026-01-02', '2026-01-02');
    const ranked = rows.map(({ sums }) => sums[4]!);
    assert.deepEqual([rows.length, ranked.every((count) => count > 0)], [LLMS, true]);
  });

  test('a cascade goes on with any of them, though its answer lists the first', async () => {
    const answer = await decide({ cascade: { reliability: 1, max_steps: 2 }, top: 1 });
    assert.deepEqual([answer.ranking.length, answer.more_ranked], [1, LLMS - 1]);
    const { kept, ranking } = await logged(answer.decision_id);
    assert.equal(ranking.length, LLMS);
    assert.equal((await decider.explain(kept)).ranking.length, MOST_LISTED);
    const parts = { decider, ledger, load: { ...UNLIMITED, release: () => undefined } };
    const next = await reportStep(parts, answer.decision_id, { model: 'llm/0', ok: false } as never);
    assert.equal(next.reason, 'not_good_enough');
  });

  test('answers stay small: 100 of 300 in less than 25 kB', async () => {
    const text = await decider.decideJson(request({ explain: true, exclude: ['llm/1'] }));
    assert.ok(text.length < 25_000, `${text.length} characters`);
  });
});

test('a ranking that is not cut is the same array', () => {
  const ranking = [{ model: 'a' }, { model: 'b' }] as RankedLlm[];
  assert.equal(firstOf(ranking, 2, 'b'), ranking);
  assert.deepEqual(firstOf(ranking, 1, 'b'), [{ model: 'b' }]);
  assert.deepEqual(firstOf(ranking, 1, 'a'), [{ model: 'a' }]);
});
