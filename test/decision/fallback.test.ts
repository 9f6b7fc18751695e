import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { readProfiles } from '../../src/catalog/read.js';
import { createLearnedScorer } from '../../src/learned/serve/trained.js';
import { LlmProfile } from '../../src/schema/profile.js';
import { RouteRequest, RouteResponse } from '../../src/schema/route.js';
import type { Scorer } from '../../src/scoring/types.js';
import { createPriorScorer } from '../../src/scoring/prior.js';
import type { Ledger } from '../../src/store/open.js';
import { openBackend } from '../../src/tensor/backend.js';
import { EXAMPLE } from '../catalog/example.js';
import { encoder } from '../support/learn.js';
import { smallLog } from '../support/log.js';
import { randomModel } from '../support/model.js';
import { deciderOf, temporaryLedger } from './parts.js';

const LOST = readProfiles('m.yaml', EXAMPLE).profiles[0]!.profile;

/** The example with other kinds of work, latency and price. */
const other = (
  id: string,
  tasks: Record<string, number>,
  domain: string,
  latencyMs: number,
  price: number,
): LlmProfile =>
  LlmProfile.parse({
    id,
    input_price: price,
    output_price: price,
    latency_ms: latencyMs,
    task_types: Object.entries(tasks).map(([task, accuracy]) => ({ task, metrics: { accuracy }, domains: [domain] })),
  });

/** The second does the same work as the example; the third is better at other work, the fourth dearer and slower. */
const PROFILES = [
  LOST,
  other('twin', { summarization: 0.5, code_generation: 0.65 }, 'news', 1300, 160),
  other('translator', { translation: 0.95, transcription: 0.9 }, 'law', 1200, 150),
  other('giant', { summarization: 0.9, code_generation: 0.95 }, 'science', 40_000, 90_000),
];

let ledger: Ledger;
let remove: () => Promise<void>;
before(async () => {
  ({ ledger, remove } = await temporaryLedger());
});
after(() => remove());

async function routed(scorer: Scorer, own: object = {}): Promise<RouteResponse> {
  const decider = deciderOf(ledger, { current: () => scorer });
  const request = RouteRequest.parse({ query: 'Sum up this article', pin: [LOST.id], explain: true, ...own });
  return RouteResponse.parse(await decider.decide(request));
}

describe('when an LLM becomes unavailable', () => {
  test('the nearest in kinds of work, domains, latency and cost is next, by declared profiles alone', async () => {
    const { model, fallbacks, explanation } = await routed(createPriorScorer(PROFILES, []));
    assert.equal(model, LOST.id);
    assert.equal(fallbacks[0], 'twin');
    const { fallback, summary } = explanation!;
    assert.equal(fallback!.model, 'twin');
    assert.deepEqual(fallback!.shared, {
      task_types: ['summarization', 'code_generation'],
      domains: ['news'],
      latency_ms: [1200, 1300],
      price: [150, 160],
    });
    const next =
      '; should it fail, twin is next: both do summarization, code_generation, for news, in 1.2 s and 1.3 s, ' +
      'at $150 and $160 a million tokens.';
    assert.ok(summary.endsWith(next), summary);
  });

  test('each fact counts: without it another LLM is the nearest', () => {
    const nearest = (...profiles: LlmProfile[]): string =>
      createPriorScorer([LOST, ...profiles], []).nearest(LOST.id)[0]!.model;
    const [tasks, far] = [{ summarization: 0.45, code_generation: 0.7 }, { translation: 0.575 }];
    assert.equal(nearest(other('a', tasks, 'x', 1200, 150), other('b', far, 'x', 1200, 150)), 'a');
    assert.equal(nearest(other('a', tasks, 'x', 1200, 150), other('b', tasks, 'news', 1200, 150)), 'b');
    assert.equal(nearest(other('a', tasks, 'x', 1200, 150), other('b', tasks, 'x', 30_000, 150)), 'a');
    assert.equal(nearest(other('a', tasks, 'x', 1200, 90_000), other('b', tasks, 'x', 1200, 150)), 'b');
  });

  test('a version that learned of other LLMs alone goes by what is declared of this one', async () => {
    const { tf } = await openBackend('wasm');
    const { model } = await randomModel(tf, smallLog({ queries: 40 }));
    const scorer = await createLearnedScorer({ version: 'v', model, encoder, llms: PROFILES, stats: [] });
    const { fallbacks, explanation } = await routed(scorer, { fallbacks: 'nearest' });
    assert.equal(fallbacks[0], 'twin');
    assert.deepEqual(explanation!.fallback!.shared.domains, ['news']);
  });

  test('by learned profiles the nearest is who behaves alike, where the policy asks for it', async () => {
    const { tf } = await openBackend('wasm');
    const rows = smallLog({ queries: 40 });
    const { model } = await randomModel(tf, rows);
    const scorer = await createLearnedScorer({ version: 'v', model, encoder, llms: rows.llms, stats: [] });
    for (const { id } of rows.llms) {
      const { fallbacks, explanation } = await routed(scorer, { pin: [id], fallbacks: 'nearest' });
      assert.equal(fallbacks[0], scorer.nearest(id)[0]!.model);
      assert.equal(explanation!.fallback!.similarity, scorer.nearest(id)[0]!.similarity);
    }
  });
});
