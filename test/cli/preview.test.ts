import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { dataPaths } from '../../src/base/paths.js';
import { uuid7 } from '../../src/base/uuid.js';
import type { DecisionId, LlmId } from '../../src/schema/ids.js';
import type { Preview } from '../../src/schema/preview.js';
import { openLedger } from '../../src/store/open.js';
import { addLlms } from '../decision/parts.js';
import { decisionRecord } from '../support/decision.js';
import { done, HASHING, pointsman, workplace } from './support.js';

const MODELS = ['a/small', 'b/large'] as LlmId[];
const undo: (() => void)[] = [];
after(() => undo.forEach((step) => step()));
const { data, file } = workplace({ after: (step) => void undo.push(step as () => void) });

/** Decisions of two LLMs alike, of which the large one is always right, and the small one every other time. */
before(async () => {
  const ledger = await openLedger(dataPaths(data).ledger, { clock: Date.now });
  try {
    await addLlms(ledger, MODELS);
    const llm = { uncertainty: 0.1, latency_ms: null, latency_p90_ms: null, utility: 0.5, quality: 0.5 };
    const ranking = JSON.stringify(MODELS.map((model) => ({ model, ...llm, cost_usd: null })));
    const made = Array.from({ length: 400 }, (_, i) => {
      const at = Date.now() - 1000 + i;
      const id = uuid7(at, i) as DecisionId;
      const model = MODELS[i % 2]!;
      const more = { at, query: `question ${i}`, model, ranking, propensity: 0.5, rules: '{"exploration":0.5}' };
      return { decision: decisionRecord(id, more), score: model === 'b/large' || i % 4 === 0 ? 1 : 0 };
    });
    await ledger.decisions.append(made.map(({ decision }) => decision));
    const records = made.map(({ decision: { id, query, model }, score }) => ({
      kind: 'interaction' as const,
      value: { query: query!, model: model as LlmId, score, decision_id: id as DecisionId },
    }));
    await ledger.feedback.append([{ records }]);
  } finally {
    await ledger.close();
  }
});

describe('pointsman evaluate --policy', () => {
  test('judges a policy of a file by the decisions in the data folder', async () => {
    const rules = file('rules.yaml', 'models: [a/small]\n');
    const text = await done('evaluate', '--policy', rules, '--data', data, ...HASHING);
    assert.match(text, /^400 decisions from .* propensities logged; enough overlap/);
    assert.match(text, /^quality +0\.[45]\d+ \(/m);
    assert.match(text, /^a\/small +100\.0%/m);
  });

  test('answers as JSON, of a policy by its name', async () => {
    const args = ['evaluate', '--policy', 'quality', '--against', 'cost', '--days', '1', '--json', '--data', data];
    const found = JSON.parse(await done(...args, ...HASHING)) as Preview;
    assert.equal(found.policy.name, 'quality');
    assert.equal(found.against.name, 'cost');
    assert.equal(found.decisions, 400);
  });

  test('says which policies and versions there are not', async () => {
    const refused = async (...args: string[]): Promise<string> => {
      const { code, stderr } = await pointsman(['evaluate', ...args, '--data', data, ...HASHING]);
      assert.equal(code, 1);
      return stderr;
    };
    assert.match(await refused('--policy', 'nobody'), /policy: expected one of balanced/);
    assert.match(await refused('--policy', 'quality', '--version', 'nothing'), /There is no version "nothing"/);
  });
});
