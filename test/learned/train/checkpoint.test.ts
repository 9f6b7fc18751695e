import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, describe, test, type TestContext } from 'node:test';
import { createRng } from '../../../src/base/rng.js';
import { openBackend } from '../../../src/tensor/backend.js';
import type { TensorFlow } from '../../../src/tensor/types.js';
import { checkpointsIn, type CheckpointStore } from '../../../src/learned/train/checkpoint.js';
import { trainGnn, type EpochReport } from '../../../src/learned/train/gnn.js';
import { answeredQueries } from '../../../src/training/run.js';
import { datasetOf, QUICK } from '../../support/learn.js';
import { smallLog } from '../../support/log.js';

let tf: TensorFlow;
before(async () => {
  ({ tf } = await openBackend('wasm'));
});

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'pointsman-checkpoint-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** A clock by which every save is due. */
function hasty(): () => number {
  let now = 0;
  return () => (now += 60_000);
}

describe('checkpoint', () => {
  test('takes a run up where it was stopped, and ends with the same weights', async (t) => {
    const artifacts = folder(t);
    const data = await datasetOf(smallLog({ queries: 80 }));
    const train = answeredQueries(data);
    const run = (onEpoch: (e: EpochReport) => void, store?: CheckpointStore) =>
      trainGnn(tf, {
        data,
        train,
        options: { ...QUICK, maxSteps: 24 },
        rng: createRng(5),
        onEpoch,
        checkpoints: store,
      });

    const whole = await run(() => undefined);
    const stop = new Error('stopped');
    await assert.rejects(
      run((e) => {
        if (e.epoch === 3) throw stop;
      }, checkpointsIn(artifacts, hasty()).of('a')),
      stop,
    );
    const epochs: number[] = [];
    const resumed = await run((e) => void epochs.push(e.epoch), checkpointsIn(artifacts, hasty()).of('a'));
    assert.equal(epochs[0], 3);
    assert.deepEqual(resumed, whole);
  });

  test('starts from nothing when the file is damaged, and clears away what was abandoned', async (t) => {
    const artifacts = folder(t);
    writeFileSync(join(artifacts, '.checkpoint-a'), 'not a checkpoint');
    writeFileSync(join(artifacts, '.checkpoint-b'), 'an abandoned run');
    writeFileSync(join(artifacts, '.checkpoint-c'), 'a run beside this one');
    const long = new Date(Date.now() - 48 * 3600 * 1000);
    utimesSync(join(artifacts, '.checkpoint-b'), long, long);
    const store = checkpointsIn(artifacts).of('a');
    assert.equal(store.load(), null);
    assert.deepEqual(readdirSync(artifacts), ['.checkpoint-c']);
  });

  test('saves no more often than every few seconds', async (t) => {
    const artifacts = folder(t);
    let now = 0;
    const store = checkpointsIn(artifacts, () => now).of('a');
    let made = 0;
    const empty = { steps: 0, weights: {}, first: {}, second: {} };
    const make = async () => (made++, { epoch: 1, loss: 1, optimizer: empty });
    for (now of [1000, 4000, 6000, 7000, 12_000]) await store.save(make);
    assert.equal(made, 2);
    assert.equal(store.load()?.epoch, 1);
    store.remove();
    assert.equal(store.load(), null);
  });
});
