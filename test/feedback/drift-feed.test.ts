import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { PointsmanError } from '../../src/base/errors.js';
import type { Logger } from '../../src/base/log.js';
import { createDriftFeed, type DriftFeed } from '../../src/feedback/drift-feed.js';
import type { DriftObservation } from '../../src/machines/drift-stream.js';
import type { AlertStore } from '../../src/store/ports/alerts.js';
import type { Ledger } from '../../src/store/open.js';
import type { FeedbackRecord } from '../../src/store/ports/feedback.js';
import { DriftSettings } from '../../src/schema/drift.js';
import { Interaction, Signal } from '../../src/schema/feedback.js';
import { createPriorScorer } from '../../src/scoring/prior.js';
import type { Scorer } from '../../src/scoring/types.js';
import { eventually } from '../support/wait.js';
import { addLlms, keptLog, temporaryLedger } from '../decision/parts.js';

const NOW = Date.UTC(2026, 5, 1);

let ledger: Ledger;
let remove: () => Promise<void>;
let log: Logger;
let lines: string[];
/** What the ledger was given to observe. */
let seen: DriftObservation[];
let refuse = 0;
beforeEach(async () => {
  ({ ledger, remove } = await temporaryLedger());
  await addLlms(ledger, ['a', 'b']);
  ({ log, lines } = keptLog());
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

function feedOf(scorer: Scorer): DriftFeed {
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
    live: { scorer: { current: () => scorer }, follower: { catchUp: async () => undefined } },
    clock: () => NOW,
    log,
  });
}

const answer = (fields: object = {}): FeedbackRecord => ({
  kind: 'interaction',
  value: Interaction.parse({
    query: 'How much is two and two?',
    model: 'a',
    score: 1,
    at: new Date(NOW).toISOString(),
    ...fields,
  }),
});
const scores = (): (string | number | null)[][] =>
  seen
    .filter(({ signal }) => signal === 'score')
    .map(({ task, value, predicted }) => [task, value, predicted === null ? null : Number(predicted.toFixed(3))]);

test('predictions are the version’s own; without a task told, the likeliest task or kind is observed', async () => {
  const scorer = await trained();
  const own = Number(
    scorer
      .score('', new Float32Array(0))
      .find(({ model }) => model === 'a')!
      .quality.toFixed(3),
  );
  const feed = feedOf(scorer);
  feed.add([answer({ task: 'law' }), answer()]);
  await feed.drain();
  assert.deepEqual(scores(), [
    ['law', 1, own],
    ['math', 1, own],
  ]);
  seen = [];
  const unlabelled = feedOf({
    ...scorer,
    tasksOf: () => [],
    kindsOf: () => [
      { kind: 'sum, two', probability: 0.7 },
      { kind: 'law, court', probability: 0.3 },
    ],
  });
  unlabelled.add([answer()]);
  await unlabelled.drain();
  assert.deepEqual(
    seen.map(({ task, by, signal }) => [task, by, signal]),
    [
      ['sum, two', 'kind', 'error'],
      ['sum, two', 'kind', 'score'],
    ],
  );
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

test('a signal of little weight is no measure of a change, and leaves room for one that is', async () => {
  const feed = feedOf(await trained());
  const value = { query: 'q', model: 'a', task: 'law', decision_id: '01890000-0000-7000-8000-000000000009' };
  const signal = (fields: object): FeedbackRecord => ({
    kind: 'signal',
    value: Signal.parse({ ...value, signal: 'quiet', at: new Date(NOW).toISOString(), ...fields }),
  });
  feed.add([
    signal({ value: 0.8, weight: 0.1 }),
    signal({ signal: 'judge', value: 0.25, weight: 0.5 }),
    signal({ signal: 'thumb', value: 1 }),
  ]);
  await feed.drain();
  assert.deepEqual(
    scores().map(([, score]) => score),
    [0.25],
  );
});

test('a signal that comes of some answers and not of others measures no change, whatever its weight', async () => {
  const feed = feedOf(await trained());
  const value = { query: 'q', model: 'a', task: 'law', at: new Date(NOW).toISOString() };
  const signal = (fields: object): FeedbackRecord => ({ kind: 'signal', value: Signal.parse({ ...value, ...fields }) });
  feed.add([
    signal({ signal: 'regenerated', value: 0.1, weight: 0.5 }),
    signal({ signal: 'valid_json', value: 0 }),
    signal({ signal: 'quiet', value: 0.8 }),
    signal({ signal: 'of_our_own', value: 0.5 }),
  ]);
  await feed.drain();
  assert.deepEqual(
    scores().map(([, score]) => score),
    [0.5],
  );
});

test('a signal counts as a score, and an answer without a score for its errors and latency', async () => {
  const feed = feedOf(await trained());
  const { value } = answer({ task: 'law' });
  const signal = { query: value.query, model: 'a', signal: 'thumb', value: 0, task: 'law', at: value.at };
  feed.add([
    { kind: 'signal', value: signal as never },
    answer({ task: 'law', score: undefined, latency_ms: 100 }),
    { kind: 'preference', value: { query: value.query, better_model: 'a', worse_model: 'b' } as never },
  ]);
  await feed.drain();
  assert.deepEqual(
    seen.map(({ signal: of, value: observed }) => [of, Number(observed.toFixed(3))]),
    [
      ['score', 0],
      ['error', 0],
      ['latency', 4.605],
    ],
  );
});
