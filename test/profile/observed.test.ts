import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { FrozenEdges } from '../../src/graph/freeze.js';
import { parseDesign } from '../../src/profile/design.js';
import { advantages, observe } from '../../src/profile/observed.js';
import { handLog } from '../support/rows.js';

const near = (actual: ArrayLike<number>, expected: number[]): void => {
  assert.equal(actual.length, expected.length);
  expected.forEach((x, i) =>
    assert.ok(Math.abs(actual[i]! - x) < 1e-6, `${Array.from(actual).join()} for ${expected.join()}`),
  );
};
const all = parseDesign('structured-embedding-1hop');
const edgesOf = (edges: FrozenEdges): number[][] =>
  Array.from(edges.source, (s, e) => [s, edges.target[e]!, edges.weight[e]!, edges.count[e]!]);

describe('what profiles may know', () => {
  const rows = handLog(
    ['a', 'b'],
    [
      { text: '0', task: 'x', scores: { a: 1 } },
      { text: '1', task: 'x', scores: { a: 0.5, b: 1 } },
      {
        text: '2',
        task: 'y',
        scores: { b: 0 },
        pairs: [
          ['a', 'b'],
          ['b', 'a'],
          ['a', 'b'],
        ],
      },
    ],
  );

  test('are the queries learned from, in their order', () => {
    const { rows: seen, edges } = observe(rows, Int32Array.of(2, 0), all);
    assert.deepEqual(
      Array.from(seen.queries, (q) => q.text),
      ['2', '0'],
    );
    assert.deepEqual(
      edgesOf(edges['llm-query']!).map(([l, q, score]) => [l, q, Math.round(score! * 1000)]),
      [
        [0, 0, 667],
        [0, 1, 1000],
        [1, 0, 0],
      ],
    );
    assert.deepEqual(
      edgesOf(edges['llm-task']!).map(([l, t]) => [l, t]),
      [
        [0, 0],
        [0, 1],
        [1, 1],
      ],
    );
  });

  test('are comparisons only where no score was measured, as the share won', () => {
    const { edges } = observe(rows, Int32Array.of(2), all);
    const [a, b] = edgesOf(edges['llm-query']!);
    near(a!, [0, 0, 2 / 3, 3]);
    assert.deepEqual(b, [1, 0, 0, 1]);
  });

  test('are only the kinds that the design takes', () => {
    assert.deepEqual(
      Object.keys(observe(rows, Int32Array.of(0), parseDesign('structured-embedding-1hop:task')).edges),
      ['llm-task'],
    );
    assert.deepEqual(observe(rows, Int32Array.of(0), parseDesign('structured-embedding-1hop:task')).sizes.query, 0);
  });
});

describe('advantages', () => {
  const edges = (list: number[][]): FrozenEdges => ({
    source: Int32Array.from(list, (e) => e[0]!),
    target: Int32Array.from(list, (e) => e[1]!),
    weight: Float32Array.from(list, (e) => e[2]!),
    count: Float32Array.from(list, (e) => e[3] ?? 1),
  });

  test('are against the mean of the other LLMs at the same node', () =>
    near(
      advantages(
        edges([
          [0, 0, 1],
          [1, 0, 0.5],
          [2, 0, 0],
        ]),
      ),
      [0.75, 0, -0.75],
    ));

  test('are against the LLM’s own mean where no other LLM answered', () =>
    near(
      advantages(
        edges([
          [0, 0, 1, 1],
          [0, 1, 0.5, 3],
        ]),
      ),
      [0.375, -0.125],
    ));

  test('are nothing where all are equal', () =>
    assert.deepEqual(
      [
        ...advantages(
          edges([
            [0, 0, 0.1],
            [1, 0, 0.1],
            [2, 0, 0.1],
            [0, 1, 0.1],
          ]),
        ),
      ],
      [0, 0, 0, 0],
    ));
});
