import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createLogger } from '../../src/base/log.js';
import { progressWriter } from '../../src/queue/progress.js';
import type { TrainProgress } from '../../src/schema/training.js';

const log = createLogger('silent');
const at = (fraction: number): TrainProgress => ({ phase: 'train', fraction, message: '' });

describe('progressWriter', () => {
  test('writes the first and the last of many reports, in order, one at a time', async () => {
    const written: number[] = [];
    let writing = 0;
    const writer = progressWriter(async ({ fraction }) => {
      assert.equal(++writing, 1);
      await new Promise((resolve) => setTimeout(resolve, 5));
      writing--;
      written.push(fraction);
    }, log);
    for (let i = 0; i <= 100; i++) writer.report(at(i / 100));
    await writer.flush();
    assert.deepEqual(written, [0, 1]);
  });

  test('goes on after a write that failed', async () => {
    const written: number[] = [];
    const writer = progressWriter(async ({ fraction }) => {
      if (fraction === 0) throw new Error('away');
      written.push(fraction);
    }, log);
    writer.report(at(0));
    await writer.flush();
    writer.report(at(1));
    await writer.flush();
    assert.deepEqual(written, [1]);
  });
});
