import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PointsmanError, type ErrorCode } from '../../src/base/errors.js';
import { watchLedger } from '../../src/live/ledger-watch.js';
import { keptLog } from '../decision/parts.js';
import { eventually } from '../support/wait.js';

test('what becomes of the ledger is logged once for each change', async (t) => {
  const { log, lines } = keptLog();
  let code: ErrorCode | null = null;
  let looks = 0;
  const check = async (): Promise<void> => {
    looks++;
    if (code !== null) throw new PointsmanError(code, `it is ${code}`);
  };
  t.after(watchLedger({ check }, 1, log));
  for (const next of [null, 'ledger_gone', 'ledger_full', null] as const) {
    code = next;
    const from = looks;
    await eventually('some looks', () => looks > from + 5);
  }
  const said = lines.map((line) => JSON.parse(line) as { msg: string; code?: string });
  assert.deepEqual(
    said.map((one) => one.code ?? one.msg),
    ['ledger_gone', 'ledger_full', 'the ledger can be written again'],
  );
});
