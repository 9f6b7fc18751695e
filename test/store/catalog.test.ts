import assert from 'node:assert/strict';
import { test } from 'node:test';
import { interaction, profile, tempLedger } from './support.js';

const FACTS = {
  description: 'a small one',
  family: 'tiny',
  size_b: 7.5,
  input_price: 0.1,
  output_price: 0,
  context_tokens: 32_000,
  latency_ms: 350.5,
  benchmarks: { gsm8k: 0.5, mbpp: 1, arc: 0 },
  capabilities: ['tools', 'json'],
  languages: ['en', 'de'],
  regions: ['eu'],
  limits: { requests_per_minute: 600, in_flight: 8 },
  tags: ['chat', 'open'],
};

test('an LLM comes back with exactly the facts that were declared', (t) => {
  const { catalog } = tempLedger(t);
  assert.equal(catalog.putLlm(profile('a', FACTS)), true);
  assert.deepEqual(catalog.getLlm('a'), { id: 'a', ...FACTS });
  assert.equal(catalog.getLlm('b'), undefined);
  assert.equal(catalog.putLlm(profile('b')), true);
  assert.deepEqual(catalog.getLlm('b'), { id: 'b' });
});

test('put replaces, merge fills in', (t) => {
  const { catalog } = tempLedger(t);
  catalog.putLlm(profile('a', FACTS));
  catalog.mergeLlm(profile('a', { size_b: 8, benchmarks: { gsm8k: 0.75, math: 0.25 } }));
  assert.deepEqual(catalog.getLlm('a'), {
    id: 'a',
    ...FACTS,
    size_b: 8,
    benchmarks: { arc: 0, gsm8k: 0.75, math: 0.25, mbpp: 1 },
  });
  assert.equal(catalog.putLlm(profile('a', { tags: ['new'] })), false);
  assert.deepEqual(catalog.getLlm('a'), { id: 'a', tags: ['new'] });
  catalog.mergeLlm(profile('fresh', { size_b: 1 }));
  assert.deepEqual(catalog.getLlm('fresh'), { id: 'fresh', size_b: 1 });
});

test('LLMs are listed in order of their ids, whatever the order of arrival', (t) => {
  const { catalog } = tempLedger(t);
  for (const id of ['z', 'a', 'é', 'B', '😀', '\uFF5E']) catalog.putLlm(profile(id));
  assert.deepEqual(
    catalog.listLlms().map((llm) => llm.id),
    ['z', 'a', 'é', 'B', '😀', '\uFF5E'].toSorted(),
  );
});

test('a deleted LLM leaves the list, keeps its interactions, and comes back with put', async (t) => {
  const ledger = tempLedger(t);
  const { catalog } = ledger;
  catalog.putLlm(profile('a', FACTS));
  await ledger.feedback.append([{ records: [interaction('q', 'a', 1), interaction('q', 'b', 0)] }]);
  assert.equal(catalog.deleteLlm('a'), true);
  assert.equal(catalog.deleteLlm('a'), false);
  assert.equal(catalog.deleteLlm('never'), false);
  assert.equal(catalog.getLlm('a'), undefined);
  assert.deepEqual(
    catalog.listLlms().map((llm) => llm.id),
    ['b'],
  );
  assert.equal(ledger.countRows(), 2);

  const [receipt] = await ledger.feedback.append([{ records: [interaction('q2', 'a', 0.5)] }]);
  assert.deepEqual(receipt, { interactions: 1, preferences: 0, new_models: [] });
  assert.deepEqual(
    catalog.listLlms().map((llm) => llm.id),
    ['b'],
    'feedback must not revive it',
  );

  assert.equal(catalog.putLlm(profile('a')), true);
  assert.deepEqual(catalog.getLlm('a'), { id: 'a' });
  const { queries, scores, llms } = await ledger.snapshot.read();
  assert.deepEqual(
    new Set(
      Array.from(
        scores.score,
        (score, i) => `${queries.textOf(scores.query[i]!)} ${llms[scores.llm[i]!]!.id} ${score}`,
      ),
    ),
    new Set(['q a 1', 'q b 0', 'q2 a 0.5']),
  );
  assert.equal((await ledger.feedback.stats()).find((llm) => llm.id === 'a')?.interactions, 2);
});

test('merging a profile of a deleted LLM declares it again', (t) => {
  const { catalog } = tempLedger(t);
  catalog.putLlm(profile('a'));
  catalog.deleteLlm('a');
  catalog.mergeLlm(profile('a', { size_b: 3 }));
  assert.deepEqual(catalog.getLlm('a'), { id: 'a', size_b: 3 });
});

test('families, tasks and domains are described and linked', async (t) => {
  const ledger = tempLedger(t);
  const { catalog } = ledger;
  catalog.putFamily('f', 'first');
  catalog.putFamily('f', 'a family');
  catalog.putTask('t', 'a task');
  catalog.putDomain('d', 'a domain');
  catalog.linkTaskDomain('t', 'd');
  catalog.linkTaskDomain('t', 'd');
  catalog.linkTaskDomain('new task', 'new domain');
  const rows = await ledger.snapshot.read();
  assert.deepEqual(rows.families, [{ id: 'f', description: 'a family' }]);
  assert.deepEqual(rows.tasks, [
    { id: 'new task', description: '' },
    { id: 't', description: 'a task' },
  ]);
  assert.deepEqual(rows.domains, [
    { id: 'd', description: 'a domain' },
    { id: 'new domain', description: '' },
  ]);
  assert.deepEqual(rows.taskDomains, [
    [0, 1],
    [1, 0],
  ]);
});

test('a family that no LLM has any more is not in the rows', async (t) => {
  const ledger = tempLedger(t);
  await ledger.catalog.put(profile('a', { family: 'old' }));
  await ledger.catalog.put(profile('a', { family: 'new' }));
  assert.deepEqual((await ledger.snapshot.read()).families, [{ id: 'new', description: '' }]);
});
