import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { Dataset } from '../../../src/dataset/dataset.js';
import type { Weights } from '../../../src/math/weights.js';
import { openBackend } from '../../../src/tensor/backend.js';
import type { TensorFlow } from '../../../src/tensor/types.js';
import { toTensors } from '../../../src/learned/train/batch.js';
import { createMomentCache, standInsFor, type MomentCache } from '../../../src/learned/train/moment-cache.js';
import { smallLog } from '../../support/log.js';
import { randomModel } from '../../support/model.js';

const upTo = (n: number): Int32Array => Int32Array.from({ length: n }, (_, q) => q);

describe('moments over a log', () => {
  let tf: TensorFlow;
  let data: Dataset;
  let weights: Weights;
  let read = 0;
  before(async () => {
    ({ tf } = await openBackend('cpu'));
    const made = await randomModel(tf, smallLog({ queries: 40 }));
    weights = made.weights;
    const { queries } = made.data;
    data = { ...made.data, queries: { length: queries.length, at: (q) => (read++, queries.at(q)) } };
  });

  /** All numbers of the moments, and how many vectors were read for them. */
  function sumsOf(cache: MomentCache, queries: Int32Array, of: Weights = weights): { numbers: number[]; read: number } {
    const p = toTensors(tf, of);
    read = 0;
    const moments = Object.values(cache.moments(data, of, p, queries));
    const numbers = moments.flatMap((m) => [...m.dataSync<'float32'>()]);
    tf.dispose([...moments, ...Object.values(p)]);
    return { numbers, read };
  }

  const close = (a: number[], b: number[]): void => {
    assert.equal(a.length, b.length);
    a.forEach((x, i) => assert.ok(Math.abs(x - b[i]!) <= 1e-4 * (1 + Math.abs(x)), `${i}: ${x} and ${b[i]}`));
  };

  test('see only what those before with the same tables have not, and sum up the same', () => {
    const cache = createMomentCache(tf);
    assert.equal(sumsOf(cache, upTo(30)).read, 30);
    assert.equal(sumsOf(cache, upTo(30)).read, 0);
    const all = sumsOf(cache, upTo(40));
    assert.equal(all.read, 10);
    close(all.numbers, sumsOf(createMomentCache(tf), upTo(40)).numbers);
    assert.ok(all.numbers.some((x) => x !== 0));
  });

  test('see all again with other tables, and where queries are missing', () => {
    const cache = createMomentCache(tf);
    sumsOf(cache, upTo(30));
    const kernel = weights['query/kernel']!;
    const others = { ...weights, 'query/kernel': { ...kernel, data: kernel.data.map((x) => 2 * x) } };
    const twice = sumsOf(cache, upTo(30), others);
    assert.equal(twice.read, 30);
    close(twice.numbers, sumsOf(createMomentCache(tf), upTo(30), others).numbers);
    assert.equal(sumsOf(cache, upTo(40).slice(1)).read, 39);
  });

  test('leave no tensor behind', () => {
    const { numTensors } = tf.memory();
    sumsOf(createMomentCache(tf), upTo(40));
    assert.equal(tf.memory().numTensors, numTensors);
  });
});

describe('queries that stand for all', () => {
  /** One LLM answers every query and another the first 300 and every thousandth; one task has the last query alone. */
  function longLog(numQueries: number): Dataset {
    const both = (q: number): boolean => q < 300 || q % 1000 === 0;
    const start = new Int32Array(numQueries + 1);
    for (let q = 0; q < numQueries; q++) start[q + 1] = start[q]! + (both(q) ? 2 : 1);
    const llm = Int32Array.from({ length: start[numQueries]! });
    for (let q = 0; q < numQueries; q++) if (both(q)) llm[start[q]! + 1] = 1;
    return {
      numLlms: 2,
      numTasks: 2,
      evidence: { start, llm },
      taskOf: new Int32Array(numQueries).fill(1, numQueries - 1),
    } as unknown as Dataset;
  }

  test('are all of a log that is not long', () =>
    assert.deepEqual(standInsFor(longLog(60_000), upTo(60_000)), upTo(60_000)));

  test('are some, spread over a long one, with all of what is rare', () => {
    const length = 500_000;
    const some = new Set(standInsFor(longLog(length), upTo(length)));
    assert.ok(some.size < 66_000, String(some.size));
    for (let tenth = 1; tenth < 10; tenth++) {
      const within = [...some].filter((q) => Math.floor((10 * q) / length) === tenth).length;
      assert.ok(within > 6_000 && within < 6_600, String(within));
    }
    for (let q = 0; q < length; q++)
      if (q < 300 || q % 1000 === 0 || q === length - 1) assert.ok(some.has(q), String(q));
  });
});
