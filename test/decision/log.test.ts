import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { createDecisionLog } from '../../src/decision/log.js';
import { sha256 } from '../../src/base/hash.js';
import type { SlotRow } from '../../src/machines/day-sums.js';
import { summaryByDay } from '../../src/decision/summary.js';
import { redactBy } from '../../src/base/redact.js';
import type { DecisionRecord, DecisionStore } from '../../src/store/ports/decisions.js';
import type { LlmId } from '../../src/schema/ids.js';
import type { RankedLlm } from '../../src/schema/route.js';
import { decisionRecord } from '../support/decision.js';
import { encoder } from '../support/learn.js';
import { keptLog, temporaryLedger } from './parts.js';

const RANKING: RankedLlm[] = [
  {
    model: 'm' as LlmId,
    quality: 0.5,
    uncertainty: 0.1,
    cost_usd: 0.25,
    latency_ms: null,
    latency_p90_ms: null,
    utility: 0.5,
  },
  {
    model: 'n' as LlmId,
    quality: 0.75,
    uncertainty: 0.1,
    cost_usd: null,
    latency_ms: null,
    latency_p90_ms: null,
    utility: 0.25,
  },
];

test('writes by itself within a moment', async () => {
  const { ledger, remove } = await temporaryLedger();
  const decisions = createDecisionLog(ledger.decisions, keptLog().log);
  decisions.add(decisionRecord('one', { at: Date.UTC(2026, 0, 2) }), RANKING);
  assert.equal((await ledger.decisions.get(['one'])).get('one'), undefined);
  for (let i = 0; i < 100 && (await ledger.decisions.get(['one'])).get('one') === undefined; i++) await pause(10);
  assert.deepEqual((await ledger.decisions.get(['one'])).get('one'), {
    ...decisionRecord('one', { at: Date.UTC(2026, 0, 2) }),
    queryHash: sha256('q'),
  });
  assert.deepEqual(summaryByDay(await ledger.decisions.days('2026-01-02', '2026-01-02')), [
    {
      day: '2026-01-02',
      decisions: 1,
      quality: 0.5,
      cost_usd: 0.25,
      models: [{ model: 'm', decisions: 1, share: 1, quality: 0.5, cost_usd: 0.25 }],
      best_single: { model: 'n', quality: 0.75, cost_usd: null },
      always_best: { quality: 0.75, cost_usd: null },
      regret: 0.25,
      observed: null,
    },
  ]);
  await remove();
});

test('a full buffer is written at once, in one transaction', async () => {
  const { ledger, remove } = await temporaryLedger();
  let transactions = 0;
  const counted = {
    ...ledger.decisions,
    append: (records: readonly DecisionRecord[], sums?: readonly SlotRow[]) => (
      transactions++,
      ledger.decisions.append(records, sums)
    ),
  };
  const decisions = createDecisionLog(counted, keptLog().log);
  for (let i = 0; i < 1000; i++) decisions.add(decisionRecord(`d${i}`), RANKING);
  assert.equal(transactions, 1);
  assert.ok((await ledger.decisions.get(['d999'])).get('d999'));
  await remove();
});

test('a ledger that refuses loses nothing until the bound, and is tried again', async () => {
  const { ledger, remove } = await temporaryLedger();
  const { log, lines } = keptLog();
  const written: DecisionRecord[] = [];
  let refuses = true;
  let chosen = 0;
  const decisions = createDecisionLog(
    {
      ...ledger.decisions,
      async append(records, sums = []) {
        if (refuses) throw new Error('disk is full');
        written.push(...records);
        chosen += sums.reduce((sum, row) => sum + row.sums[0]!, 0);
      },
    },
    log,
  );
  for (let i = 0; i < 22_000; i++) decisions.add(decisionRecord(`d${i}`), RANKING);
  assert.equal(await decisions.flush(), false);
  assert.ok((await decisions.get(['d21999'])).has('d21999'));
  refuses = false;
  assert.equal(await decisions.flush(), true);
  assert.equal(written.length, 20_000);
  assert.equal(chosen, 22_000, 'sums per day count those that were given up, once');
  assert.equal(written.at(-1)?.id, 'd21999');
  assert.ok(lines.some((line) => line.includes('given up')));
  await remove();
});

test('sums of a day that a refused write held up are written with the next, all of them', async () => {
  const { ledger, remove } = await temporaryLedger();
  let refuses = true;
  const decisions = createDecisionLog(
    {
      ...ledger.decisions,
      async append(records, sums) {
        if (refuses) throw new Error('busy');
        await ledger.decisions.append(records, sums);
      },
    },
    keptLog().log,
  );
  decisions.add(decisionRecord('one'), RANKING);
  assert.equal(await decisions.flush(), false);
  refuses = false;
  decisions.add(decisionRecord('two'), RANKING);
  decisions.add(decisionRecord('three', { at: 86_400_001 }), RANKING);
  assert.equal(await decisions.flush(), true);
  assert.deepEqual(
    summaryByDay(await ledger.decisions.days('1970-01-01', '1970-01-02')).map(({ day, decisions: n }) => [day, n]),
    [
      ['1970-01-01', 2],
      ['1970-01-02', 1],
    ],
  );
  await remove();
});

test('texts go through the hook once before they are written, whatever the ledger refuses meanwhile', async () => {
  const { ledger, remove } = await temporaryLedger();
  let [asked, refuse] = [0, 2];
  const redact = redactBy((text) => {
    asked++;
    if (text === 'odd') throw new Error('odd');
    return text.replace('secret', '…');
  }, keptLog().log);
  const refusing: DecisionStore = {
    ...ledger.decisions,
    append: async (records, sums) =>
      refuse-- > 0 ? Promise.reject(new Error('busy')) : ledger.decisions.append(records, sums),
  };
  const decisions = createDecisionLog(refusing, keptLog().log, { redact });
  decisions.add(decisionRecord('one', { query: 'a secret' }), RANKING);
  decisions.add(decisionRecord('two', { query: 'odd' }), RANKING);
  decisions.add(decisionRecord('three', { query: null, queryHash: sha256('three') }), RANKING);
  assert.equal((await decisions.get(['one'])).get('one')!.query, 'a secret', 'in memory alone');
  for (const written of [false, false, true]) assert.equal(await decisions.flush(), written);
  assert.equal(asked, 2);
  assert.deepEqual(
    Array.from((await decisions.get(['one', 'two', 'three'])).values(), ({ query, queryHash }) => [query, queryHash]),
    [
      ['a …', sha256('a …')],
      [null, sha256('odd')],
      [null, sha256('three')],
    ],
  );
  await remove();
});

test('of a query of which only the hash is kept, a vector is', async () => {
  const { ledger, remove } = await temporaryLedger();
  const { log, lines } = keptLog();
  const vectors = { embeddings: ledger.embeddings, encoder };
  const decisions = createDecisionLog(ledger.decisions, log, { vectors });
  const hashed = (id: string, text: string): void =>
    decisions.add(decisionRecord(id, { query: null, queryHash: sha256(text) }), RANKING, text);
  hashed('one', 'a secret');
  hashed('two', 'a secret');
  decisions.add(decisionRecord('three', { query: 'open' }), RANKING);
  assert.equal(await decisions.flush(), true);
  const found = await ledger.embeddings.get(encoder.id, [sha256('a secret'), sha256('open')]);
  assert.deepEqual([...found], [[sha256('a secret'), encoder.encodeSync!('a secret')]]);
  const failing = { ...encoder, encode: () => Promise.reject(new Error('away')) };
  const other = createDecisionLog(ledger.decisions, log, { vectors: { ...vectors, encoder: failing } });
  other.add(decisionRecord('four', { query: null, queryHash: sha256('b') }), RANKING, 'b secret');
  assert.equal(await other.flush(), true, 'a decision is written all the same');
  assert.match(lines.join('\n'), /away.*no vectors are kept/);
  assert.doesNotMatch(lines.join('\n'), /secret/);
  await remove();
});
