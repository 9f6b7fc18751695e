import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { decodeSafetensors, encodeSafetensors } from '../../src/artifact/safetensors.js';
import { createRng } from '../../src/base/rng.js';
import type { Dataset } from '../../src/dataset/dataset.js';
import type { ProfileVectors } from '../../src/profile/vectors.js';
import type { Baseline, FittedRouter, FitTools, ProfileRouter } from '../../src/router/types.js';
import { timesMatrix } from '../../src/math/linear.js';
import { datasetOf } from '../support/learn.js';
import { smallLog } from '../support/log.js';
import { handLog, type HandQuery } from '../support/rows.js';
import { all, crafts, DEGENERATE, seen, tf, tools } from './logs.js';

type Fit = (data: Dataset, train: Int32Array, tools: FitTools) => Promise<FittedRouter>;

function assertScores(data: Dataset, scores: Float32Array): void {
  assert.equal(scores.length, data.numLlms);
  assert.ok(scores.every(Number.isFinite), scores.join());
}

/** What every router keeps to that is fitted on part of a log. */
function fitted(fit: Fit): void {
  for (const [name, log] of Object.entries(DEGENERATE)) {
    test(`answers a finite score for every LLM: ${name}`, async () => {
      const data = await log();
      const router = await fit(data, all(data), tools());
      for (const task of [-1, 0]) assertScores(data, router.score({ vector: data.queries.at(0)!, task }));
      assertScores(data, router.score({ vector: new Float32Array(data.dim), task: -1 }));
    });
  }

  test('answers even when it is fitted on no query', async () => {
    const data = await datasetOf(smallLog({ queries: 3 }));
    const router = await fit(data, new Int32Array(), tools());
    assertScores(data, router.score(seen(data, 0)));
  });

  test('learns from the queries it is fitted on and from no other', async () => {
    const log: HandQuery[] = [
      { text: 'add one and two', task: 'sums', scores: { a: 1, b: 0 } },
      { text: 'rhyme the moon', task: 'verse', scores: { b: 1 }, pairs: [['b', 'a']] },
    ];
    const [data, other] = [
      await datasetOf(
        handLog(['a', 'b', 'c'], [...log, { text: 'held out', task: 'verse', scores: { a: 1, b: 0, c: 1 } }]),
      ),
      await datasetOf(
        handLog(['a', 'b', 'c'], [...log, { text: 'held out', task: 'verse', scores: { a: 0, b: 1, c: 0 } }]),
      ),
    ];
    const train = Int32Array.of(0, 1);
    const [one, two] = [await fit(data, train, tools()), await fit(other, train, tools())];
    for (const query of [0, 1, 2]) assert.deepEqual(one.score(seen(data, query)), two.score(seen(other, query)));
  });

  test('is the same for the same seed, and leaves no tensor behind', async () => {
    const data = await datasetOf(smallLog({ queries: 12 }));
    const one = await fit(data, all(data), tools(5));
    const before = tf.memory().numTensors;
    const two = await fit(data, all(data), tools(5));
    assert.equal(tf.memory().numTensors, before);
    assert.deepEqual(one.score(seen(data, 0)), two.score(seen(data, 0)));
  });

  test('answers a query the same again, and keeps its own numbers to itself', async () => {
    const data = await datasetOf(smallLog({ queries: 12 }));
    const router = await fit(data, all(data), tools());
    const first = router.score(seen(data, 0)).slice();
    router.score(seen(data, 0)).fill(9);
    router.score(seen(data, 1));
    assert.deepEqual(router.score(seen(data, 0)), first);
  });
}

/** Fits on four fifths of a log of two crafts; answers how often the other fifth goes to the LLM of its craft. */
async function share(fit: Fit, told: boolean, log: { preferences?: boolean }): Promise<number> {
  const data = await datasetOf(smallLog({ queries: 400, ...log }));
  const router = await fit(
    data,
    all(data).filter((q) => q % 5 > 0),
    tools(),
  );
  return crafts(
    data,
    all(data).filter((q) => q % 5 === 0),
    (q) => router.score(q),
    told,
  );
}

/** What every baseline keeps to. */
export function baselineConformance(baseline: Baseline): void {
  describe(baseline.name, () => {
    fitted((data, train, given) => baseline.fit(data, train, given));

    test('is restored from its tables, as a file has them', async () => {
      for (const preferences of [false, true]) {
        const data = await datasetOf(smallLog({ queries: 16, preferences }));
        const router = await baseline.fit(data, all(data), tools());
        const restored = baseline.restore(decodeSafetensors(encodeSafetensors(router.tables())));
        for (const q of [0, 7, 13])
          for (const task of [-1, 0, 1])
            assert.deepEqual(
              restored.score({ vector: data.queries.at(q)!, task }),
              router.score({ vector: data.queries.at(q)!, task }),
            );
      }
    });

    test('ranks an LLM without evidence below those that did well', async () => {
      const data = await datasetOf(
        handLog(
          ['good', 'unasked'],
          Array.from({ length: 30 }, (_, i) => ({ text: `query number ${i}`, task: 't', scores: { good: 1 } })),
        ),
      );
      const [good, unasked] = (await baseline.fit(data, all(data), tools())).score(seen(data, 0)) as unknown as [
        number,
        number,
      ];
      assert.ok(good > unasked, `${good} and ${unasked}`);
    });

    test(`${baseline.told ? 'reads' : 'does not read'} the task`, async () => {
      const data = await datasetOf(smallLog({ queries: 20 }));
      const router = await baseline.fit(data, all(data), tools());
      const [sums, verse] = [0, 1].map((task) => router.score({ vector: data.queries.at(0)!, task }));
      if (baseline.told) assert.notDeepEqual(sums, verse);
      else assert.deepEqual(sums, verse);
    });

    if (baseline.name === 'best-single') return;
    for (const preferences of [false, true]) {
      test(`finds the craft of a query that is new, from ${preferences ? 'preferences' : 'scores'}`, async () => {
        const right = await share((data, train, given) => baseline.fit(data, train, given), baseline.told, {
          preferences,
        });
        assert.ok(right > 0.9, String(right));
      });
    }
  });
}

/** Profiles that say nothing of the log: a random vector per LLM, and queries by random projection. */
export function randomProfiles(data: Dataset): ProfileVectors {
  const rng = createRng(4);
  const dim = 24;
  const projection = Float32Array.from({ length: data.dim * dim }, () => rng.normal());
  return {
    dim,
    llms: Array.from({ length: data.numLlms }, () => Float32Array.from({ length: dim }, () => rng.normal())),
    place: (query) => timesMatrix(query, projection, dim),
  };
}

/** What every router keeps to that reads profiles. */
export function profileRouterConformance(router: ProfileRouter, { learns }: { learns: boolean }): void {
  describe(router.name, () => {
    const fit: Fit = (data, train, given) => router.fit(data, train, randomProfiles(data), given);
    fitted(fit);

    test('scores in [0, 1]', async () => {
      const data = await datasetOf(smallLog({ queries: 12 }));
      const found = await fit(data, all(data), tools());
      for (const q of all(data)) assert.ok(found.score(seen(data, q)).every((s) => s >= 0 && s <= 1));
    });

    test('takes profiles that are zero, and of any scale', async () => {
      const data = await datasetOf(smallLog({ queries: 6 }));
      for (const scale of [0, 1e-6, 1e6]) {
        const profiles: ProfileVectors = {
          dim: 5,
          llms: Array.from({ length: 3 }, () => new Float32Array(5).fill(scale)),
          place: () => new Float32Array(5).fill(scale),
        };
        assertScores(data, (await router.fit(data, all(data), profiles, tools())).score(seen(data, 0)));
      }
    });

    if (!learns) return;
    for (const preferences of [false, true]) {
      test(`finds the craft of a query that is new, from ${preferences ? 'preferences' : 'scores'}`, async () => {
        const right = await share(fit, false, { preferences });
        assert.ok(right > 0.9, String(right));
      });
    }
  });
}
