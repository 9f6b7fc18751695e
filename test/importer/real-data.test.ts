import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { packageRoot } from '../../src/base/paths.js';
import { allRows } from '../store/support.js';
import { desk } from './support.js';

const DATA = join(packageRoot, '..', 'shared', 'data');
const skip = existsSync(DATA) ? false : `no real data at ${DATA}`;

test('the published logs and features import whole, in one command', { skip }, async (t) => {
  const { ledger, ...on } = await desk(t);
  const profile = (name: string): string => join(DATA, 'routeprofile', name);
  const report = await on.import(
    profile('domain_feature.json'),
    profile('task_feature.json'),
    profile('model_family_feature.json'),
    profile('pairwise_standard.jsonl.gz'),
    profile('model_feature_standard.json'),
    profile('candidate_models.json'),
    profile('domain_task_map.json'),
    join(DATA, 'llmrouter', 'interactions.jsonl.gz'),
    join(DATA, 'llmrouter', 'models.json'),
  );
  assert.deepEqual(
    report.files.map((file) => [file.format, file.entries]),
    [
      ['domain-descriptions', 6],
      ['task-descriptions', 44],
      ['family-descriptions', 5],
      ['records', 4073],
      ['llm-features', 24],
      ['llm-features', 8],
      ['domain-tasks', 6],
      ['records', 5488],
      ['llm-features', 14],
    ],
  );
  assert.deepEqual([report.interactions, report.preferences], [49_392, 4073]);
  const counts = await ledger.feedback.counts();
  assert.equal(counts.interactions + counts.preferences, 53_465);
  const rows = await allRows(ledger);
  assert.equal(rows.scores.count.length, 49_392);
  assert.equal(new Set(rows.scores.llm).size, 9);
  assert.equal(rows.preferences.query.length, 4073);
  assert.ok(rows.queries.every((query) => query.task >= 0));
  assert.equal(rows.families.filter((family) => family.description !== '').length, 5);
});

test('the file in which one LLM is yet to come imports too', { skip }, async (t) => {
  const { ledger, ...on } = await desk(t);
  const report = await on.import(
    join(DATA, 'routeprofile', 'pairwise_newllm.jsonl.gz'),
    join(DATA, 'routeprofile', 'model_feature_newllm.json'),
  );
  assert.equal(report.preferences, 4001);
  assert.equal((await ledger.catalog.list()).length, 24);
});
