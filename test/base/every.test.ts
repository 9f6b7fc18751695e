import assert from 'node:assert/strict';
import { test } from 'node:test';
import { every } from '../../src/base/every.js';

const turn = (): Promise<void> => new Promise((done) => void setImmediate(done));

test('work that outlasts the period is done once at a time, and again after it ended or failed', async (t) => {
  let period = (): void => undefined;
  t.mock.method(globalThis, 'setInterval', (work: () => void) => {
    period = work;
    return { unref: () => 'timer' };
  });
  const cleared = t.mock.method(globalThis, 'clearInterval', () => undefined);
  const errors: unknown[] = [];
  const ends: { resolve: () => void; reject: (error: Error) => void }[] = [];
  const stop = every(
    10,
    () => new Promise<void>((resolve, reject) => void ends.push({ resolve, reject })),
    (error) => errors.push(error),
  );
  period();
  period();
  assert.equal(ends.length, 1);
  ends[0]!.resolve();
  await turn();
  period();
  period();
  assert.equal(ends.length, 2);
  const failed = new Error('failed');
  ends[1]!.reject(failed);
  await turn();
  assert.deepEqual(errors, [failed]);
  period();
  assert.equal(ends.length, 3);
  ends[2]!.resolve();
  await turn();
  stop();
  assert.deepEqual(cleared.mock.calls[0]!.arguments, ['timer']);
});
