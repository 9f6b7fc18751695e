import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { PointsmanError } from '../../src/base/errors.js';
import type { Logger } from '../../src/base/log.js';
import { createDriftFeed, type DriftFeed } from '../../src/feedback/drift-feed.js';
import type { DriftObservation } from '../../src/machines/drift-stream.js';
import { openLiveTrust, type LiveTrust } from '../../src/live/trust.js';
import type { AlertStore } from '../../src/store/ports/alerts.js';
import type { KeptDecision } from '../../src/store/ports/decisions.js';
import type { Ledger } from '../../src/store/open.js';
import { DriftSettings } from '../../src/schema/drift.js';
import { Interaction } from '../../src/schema/feedback.js';
import { createPriorScorer } from '../../src/scoring/prior.js';
import type { Scorer } from '../../src/scoring/types.js';
import { eventually } from '../support/wait.js';
import { addLlms, keptLog, temporaryLedger } from '../decision/parts.js';

const NOW = Date.UTC(2026, 5, 1);
const DECISION = '01890000-0000-7000-8000-000000000001';

let ledger: Ledger;
let remove: () => Promise<void>;
let log: Logger;
let lines: string[];
let trust: LiveTrust;
/** What the ledger was given to observe. */
let seen: DriftObservation[];
let refuse = 0;
beforeEach(async () => {
  ({ ledger, remove } = await temporaryLedger());
  await addLlms(ledger, ['a', 'b']);
  ({ log, lines } = keptLog());
  trust = await openLiveTrust({ ledger, clock: () => NOW, log });
  seen = [];
  refuse = 0;
});
afterEach(() => remove());

/** The prior over the LLMs, as a version that tells two kinds of query apart would be. */
async function trained(): Promise<Scorer> {
  const prior = createPriorScorer(await ledger.catalog.list(), await ledger.feedback.stats());
  return {
    ...prior,
    version: 'v1',
    tasksOf: (_vector, task) =>
      task === undefined
        ? [
            { task: 'law', probability: 0.2 },
            { task: 'math', probability: 0.8 },
          ]
        : [{ task, probability: 1 }],
  };
}

function feedOf(scorer: Scorer, decisions: Partial<KeptDecision>[] = []): DriftFeed {
  const alerts: AlertStore = {
    ...ledger.alerts,
    async observe(observations) {
      if (refuse-- > 0) throw new PointsmanError('ledger_busy', 'an import');
      seen.push(...observations);
      return ledger.alerts.observe(observations);
    },
  };
  return createDriftFeed({
    ledger: { alerts, settings: ledger.settings },
    live: { scorer: { current: () => scorer }, trust, follower: { catchUp: () => trust.refresh() } },
    lookup: async (ids) =>
      new Map(decisions.filter(({ id }) => ids.includes(id!)).map((one) => [one.id!, one as KeptDecision])),
    clock: () => NOW,
    log,
  });
}

const answer = (fields: object = {}): Interaction =>
  Interaction.parse({
    query: 'How much is two and two?',
    model: 'a',
    score: 1,
    at: new Date(NOW).toISOString(),
    ...fields,
  });
const scores = (): (string | number | null)[][] =>
  seen
    .filter(({ signal }) => signal === 'score')
    .map(({ task, value, predicted }) => [task, value, predicted === null ? null : Number(predicted.toFixed(3))]);

test(
  'predictions are the decision’s while its version is in force, else the scorer’s; a task that is not told is ' +
    'the likeliest',
  async () => {
    const scorer = await trained();
    const own = Number(
      scorer
        .score('', new Float32Array(0))
        .find(({ model }) => model === 'a')!
        .quality.toFixed(3),
    );
    const ranking = JSON.stringify([{ model: 'a', quality: 0.123, latency_ms: 50 }]);
    const feed = feedOf(scorer, [
      { id: DECISION, at: NOW - 5, version: 'v1', ranking },
      { id: DECISION.replace(/1$/, '2'), at: NOW - 5, version: 'v0', ranking },
    ]);
    feed.add([
      answer({ decision_id: DECISION, task: 'law' }),
      answer({ decision_id: DECISION.replace(/1$/, '2') }),
      answer({ decision_id: DECISION, model: 'b' }),
      answer(),
    ]);
    await feed.drain();
    assert.deepEqual(scores()[0], ['law', 1, 0.123]);
    assert.deepEqual(scores()[1], ['math', 1, own]);
    assert.notEqual(scores()[2]![2], 0.123, 'the decision’s ranking lacks that LLM');
    assert.deepEqual(scores()[3], ['math', 1, own]);
  },
);

test('a decision that was made while an alert was open predicts too little to be measured by', async () => {
  for (const rate of [1, 0])
    await ledger.alerts.observe(
      Array.from({ length: 60 }, (_, i) => ({
        model: 'a',
        task: 'math',
        signal: 'score',
        value: rate,
        predicted: null,
        version: null,
        at: NOW + i,
      })),
    );
  await trust.refresh();
  assert.equal((await ledger.alerts.open()).length, 1);
  const feed = feedOf(await trained(), [
    {
      id: DECISION,
      at: NOW - 5,
      version: 'v1',
      ranking: JSON.stringify([{ model: 'a', quality: 0.01, latency_ms: null }]),
    },
  ]);
  feed.add([answer({ decision_id: DECISION })]);
  await feed.drain();
  assert.notEqual(scores()[0]![2], 0.01);
});

test('before anything is trained nothing is predicted; a failed answer counts for the error rate alone', async () => {
  const feed = feedOf(createPriorScorer(await ledger.catalog.list(), []));
  feed.add([answer({ latency_ms: 100 }), answer({ score: 0, error: 'timeout', latency_ms: 30_000, task: 'law' })]);
  await feed.drain();
  assert.deepEqual(
    seen.map(({ task, signal, value, predicted }) => [task, signal, Number(value.toFixed(3)), predicted]),
    [
      ['unknown', 'error', 0, null],
      ['unknown', 'score', 1, null],
      ['unknown', 'latency', 4.605, null],
      ['law', 'error', 1, null],
    ],
  );
});

test('observes by itself in a moment, waits for a busy ledger, leaves out what is old or switched off', async () => {
  const feed = feedOf(await trained());
  refuse = 2;
  feed.add([answer(), answer({ at: '2020-01-01T00:00:00Z' })]);
  await sleep(300);
  assert.deepEqual(seen, []);
  await eventually('the ledger is free again', async () => seen.length > 0, 5_000);
  assert.equal(scores().length, 1);
  await ledger.settings.put('drift', DriftSettings.parse({ enabled: false }));
  feed.add([answer()]);
  await feed.drain();
  assert.equal(scores().length, 1);
});

test('of more than can be observed the oldest are passed over, and the log says so', async () => {
  const feed = feedOf(createPriorScorer(await ledger.catalog.list(), []));
  feed.add(Array.from({ length: 10_005 }, (_, i) => answer({ score: i < 5 ? 0 : 1, task: 'math' })));
  await feed.drain();
  assert.equal(scores().length, 10_000);
  assert.ok(scores().every(([, value]) => value === 1));
  assert.match(lines.join(), /"passedOver":5/);
});
