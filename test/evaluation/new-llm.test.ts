import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createRng } from '../../src/base/rng.js';
import { answeredOf, someOf, withoutLlm } from '../../src/evaluation/without-llm.js';
import { datasetOf } from '../support/learn.js';
import { handLog } from '../support/rows.js';

const rows = handLog(
  ['a', 'b', 'c'],
  [
    { text: 'x', scores: { a: 1, b: 0, c: 0.5 } },
    { text: 'y', scores: { a: 0 } },
    {
      text: 'z',
      pairs: [
        ['b', 'a'],
        ['b', 'c'],
      ],
    },
    { text: 'w', pairs: [['a', 'c']] },
  ],
);

describe('a log without an LLM', () => {
  test('has nothing that was logged of it, and all the rest', () => {
    const { scores, preferences, llms } = withoutLlm(rows, 0);
    assert.deepEqual(
      [Array.from(scores.query), Array.from(scores.llm), Array.from(scores.score)],
      [
        [0, 0],
        [1, 2],
        [0, 0.5],
      ],
    );
    assert.deepEqual(
      [Array.from(preferences.query), Array.from(preferences.better), Array.from(preferences.worse)],
      [[2], [1], [2]],
    );
    assert.equal(llms.length, 3, 'it stays a candidate');
  });

  test('may keep what is logged of it on some queries', () => {
    const { scores, preferences } = withoutLlm(rows, 0, new Set([1, 3]));
    assert.deepEqual(
      [Array.from(scores.query), Array.from(scores.llm)],
      [
        [0, 0, 1],
        [1, 2, 0],
      ],
    );
    assert.deepEqual(
      [Array.from(preferences.query), Array.from(preferences.better)],
      [
        [2, 3],
        [1, 0],
      ],
    );
  });

  test('has fewer answered queries', async () => {
    const all = Int32Array.of(0, 1, 2, 3);
    assert.deepEqual(Array.from(answeredOf(await datasetOf(withoutLlm(rows, 0)), all)), [0, 2]);
    assert.deepEqual(Array.from(answeredOf(await datasetOf(rows), all)), [0, 1, 2, 3]);
  });
});

describe('some queries of an LLM', () => {
  test('are among those it has answered or been compared on, at random, as many as wanted', async () => {
    const data = await datasetOf(rows);
    const all = Int32Array.of(0, 1, 2, 3);
    assert.deepEqual([...someOf(data, all, { llm: 1, size: 9, rng: createRng(1) })].toSorted(), [0, 2]);
    assert.deepEqual([...someOf(data, Int32Array.of(1, 3), { llm: 1, size: 9, rng: createRng(1) })], []);
    const found = new Set(
      Array.from({ length: 20 }, (_, seed) =>
        [...someOf(data, all, { llm: 0, size: 2, rng: createRng(seed + 1) })].toSorted().join(),
      ),
    );
    assert.ok(found.size > 3 && [...found].every((pair) => pair.split(',').length === 2));
  });
});
