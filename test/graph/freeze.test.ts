import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { GraphParts } from '../../src/graph/build.js';
import { freezeGraph } from '../../src/graph/freeze.js';
import { ALL_RELATIONS, NODE_KINDS } from '../../src/graph/relations.js';
import { listQueries } from '../../src/graph/rows.js';
import { smallLog } from '../support/log.js';

const everything: GraphParts = { kinds: new Set(NODE_KINDS), relations: new Set(ALL_RELATIONS) };
const freeze = (rows = smallLog({ queries: 20 }), parts = everything) => freezeGraph(rows, parts);

describe('graph snapshot', () => {
  test('has every node and edge of the rows', () => {
    const { sizes, edges } = freeze();
    assert.deepEqual(sizes, { llm: 3, family: 2, task: 2, domain: 1, query: 20 });
    assert.deepEqual(Object.fromEntries(Object.entries(edges).map(([r, e]) => [r, e.source.length])), {
      'llm-family': 2,
      'llm-task': 6,
      'llm-benchmark': 2,
      'task-domain': 1,
      'query-task': 20,
      'llm-query': 60,
    });
  });

  test('weighs LLM and task by the mean score and its count', () => {
    const rows = smallLog({ queries: 20 });
    const edges = freeze(rows).edges['llm-task']!;
    edges.source.forEach((llm, e) => {
      const own = Array.from(rows.scores.llm.keys()).filter(
        (i) => rows.scores.llm[i] === llm && rows.queries.taskOf(rows.scores.query[i]!) === edges.target[e],
      );
      assert.equal(edges.count[e], own.length);
      assert.ok(
        Math.abs(edges.weight[e]! - own.reduce((sum, i) => sum + rows.scores.score[i]!, 0) / own.length) < 1e-6,
      );
    });
  });

  test('turns comparisons into the share won', () => {
    const edges = freeze(smallLog({ queries: 10, preferences: true })).edges['llm-preference']!;
    assert.equal(edges.source.length, 20);
    assert.ok(edges.weight.every((w) => w === 0 || w === 1));
  });

  test('is named by its content: equal for equal rows, other for any change', () => {
    const { hash } = freeze();
    assert.equal(freeze().hash, hash);
    const changes: ((rows: ReturnType<typeof smallLog>) => void)[] = [
      (rows) => void (rows.scores.score[0] = 0.25),
      (rows) => void (rows.llms[0]!.description = 'another'),
      (rows) =>
        void (rows.queries = listQueries(
          Array.from(rows.queries, (query, q) => (q === 0 ? { ...query, task: 1 - query.task } : query)),
        )),
      (rows) => void (rows.tasks[0]!.description = 'other'),
      (rows) => void (rows.scores.count[0] = 2),
    ];
    for (const change of changes) {
      const rows = smallLog({ queries: 20 });
      change(rows);
      assert.notEqual(freeze(rows).hash, hash, String(change));
    }
  });

  test('does not depend on the order of edges', () => {
    const rows = smallLog({ queries: 20 });
    const flip = <T extends Int32Array | Float32Array>(column: T): T => column.toReversed() as T;
    const { query, llm, score, count } = rows.scores;
    const turned = { ...rows, scores: { query: flip(query), llm: flip(llm), score: flip(score), count: flip(count) } };
    assert.equal(freeze(turned).hash, freeze(rows).hash);
  });

  test('takes the parts it is asked for, and no relation of a kind left out', () => {
    const { sizes, edges } = freeze(undefined, { kinds: new Set(['llm', 'query']), relations: new Set(ALL_RELATIONS) });
    assert.deepEqual(sizes, { llm: 3, family: 0, task: 0, domain: 0, query: 20 });
    assert.deepEqual(Object.keys(edges), ['llm-query']);
    assert.deepEqual(
      Object.keys(freeze(undefined, { kinds: everything.kinds, relations: new Set(['llm-family']) }).edges),
      ['llm-family'],
    );
  });
});
