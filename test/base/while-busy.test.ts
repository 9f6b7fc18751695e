import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PointsmanError } from '../../src/base/errors.js';
import { whileBusy } from '../../src/base/while-busy.js';

const busy = (): PointsmanError => new PointsmanError('ledger_busy', 'an import');

test('what is refused as busy is tried again, and answered once it goes through', async () => {
  let tries = 0;
  const answer = await whileBusy(60_000, async () => {
    if (++tries < 3) throw busy();
    return 'done';
  });
  assert.deepEqual([answer, tries], ['done', 3]);
});

test('after the limit, and for whatever else is wrong, the error is thrown on', async () => {
  let tries = 0;
  const fail = (error: Error) => async () => {
    tries++;
    throw error;
  };
  await assert.rejects(whileBusy(0, fail(busy())), { code: 'ledger_busy' });
  await assert.rejects(whileBusy(60_000, fail(new Error('disk full'))), /disk full/);
  assert.equal(tries, 2);
});
