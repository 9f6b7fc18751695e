import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createConcluder, type ConcludeParts } from '../../src/endpoint/conclude.js';
import type { CallOutcome } from '../../src/endpoint/call-log.js';
import type { Behaviour } from '../../src/endpoint/conversation-behaviour.js';
import { MAX_FEEDBACK_ITEMS } from '../../src/schema/feedback.js';
import { DEFAULT_SIGNALS } from '../../src/schema/signals.js';
import { DEFAULT_TEXTS } from '../../src/schema/texts.js';

test('however many conversations end at once, no more is posted together than feedback may hold', () => {
  const ended = Array.from({ length: 2 * MAX_FEEDBACK_ITEMS + 1 }, (_, i): Behaviour => ({
    decision: `decision-${i}`,
    model: 'm',
    signal: 'quiet',
    value: 1,
  }));
  const outcomes: CallOutcome[] = [];
  const parts = {
    live: { callSettings: { signals: () => DEFAULT_SIGNALS }, texts: { of: () => DEFAULT_TEXTS } },
    conversations: { ended: () => ended },
    calls: { add: (outcome: CallOutcome) => outcomes.push(outcome) },
    clock: () => 0,
  };
  createConcluder(parts as unknown as ConcludeParts).quiet();
  assert.deepEqual(
    outcomes.map(({ feedback }) => feedback.length),
    [MAX_FEEDBACK_ITEMS, MAX_FEEDBACK_ITEMS, 1],
  );
  assert.equal(new Set(outcomes.flatMap(({ feedback }) => feedback.map((one) => one.decision_id))).size, ended.length);
});
