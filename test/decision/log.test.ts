import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { createDecisionLog } from '../../src/decision/log.js';
import type { DecisionRecord } from '../../src/ledger/index.js';
import { keptLog, temporaryLedger } from './parts.js';

function record(id: string): DecisionRecord {
  return { id, at: 1, query: 'q', task: null, model: 'm', version: null, policy: 'quality', ranking: '[]' };
}

test('writes by itself within a moment', async () => {
  const { ledger, remove } = temporaryLedger();
  const decisions = createDecisionLog(ledger, keptLog().log);
  decisions.add(record('one'));
  assert.equal(ledger.getDecision('one'), undefined);
  for (let i = 0; i < 100 && ledger.getDecision('one') === undefined; i++) await pause(10);
  assert.deepEqual(ledger.getDecision('one'), record('one'));
  remove();
});

test('a full buffer is written at once, in one transaction', () => {
  const { ledger, remove } = temporaryLedger();
  let transactions = 0;
  const counted = { ...ledger, appendDecisions: (records: readonly DecisionRecord[]) => (transactions++, ledger.appendDecisions(records)) };
  const decisions = createDecisionLog(counted, keptLog().log);
  for (let i = 0; i < 1000; i++) decisions.add(record(`d${i}`));
  assert.equal(transactions, 1);
  assert.ok(ledger.getDecision('d999'));
  remove();
});

test('a ledger that refuses loses nothing until the bound, and is tried again', () => {
  const { log, lines } = keptLog();
  const written: DecisionRecord[] = [];
  let refuses = true;
  const decisions = createDecisionLog(
    {
      appendDecisions(records) {
        if (refuses) throw new Error('disk is full');
        written.push(...records);
      },
      getDecision: () => undefined,
    },
    log,
  );
  for (let i = 0; i < 22_000; i++) decisions.add(record(`d${i}`));
  assert.equal(decisions.flush(), false);
  assert.ok(decisions.get('d21999'));
  refuses = false;
  assert.equal(decisions.flush(), true);
  assert.equal(written.length, 20_000);
  assert.equal(written.at(-1)?.id, 'd21999');
  assert.ok(lines.some((line) => line.includes('given up')));
});
