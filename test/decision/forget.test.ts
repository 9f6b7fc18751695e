import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { systemClock } from '../../src/base/clock.js';
import { sha256 } from '../../src/base/hash.js';
import { RouteRequest } from '../../src/schema/route.js';
import { openLedger } from '../../src/store/open.js';
import { addLlms, deciderOf, priorHolder, temporaryLedger } from './parts.js';

/** A decider with a decision that is not written yet, as another process writes to the ledger. */
async function whileAnotherWrites(t: TestContext) {
  const { ledger, folder, remove } = await temporaryLedger();
  await addLlms(ledger, ['m']);
  const other = await openLedger(join(folder, 'ledger.sqlite'), { clock: systemClock });
  t.after(async () => {
    await other.close();
    await remove();
  });
  const decider = deciderOf(ledger, await priorHolder(ledger));
  const { decision_id: id } = await decider.decide(RouteRequest.parse({ query: 'secret' }));
  const writer = await other.imports.begin();
  return { decider, writer, query: async () => (await ledger.decisions.get([id])).get(id)?.query };
}

test('forgetting waits until the decisions before it are written, and forgets those as well', async (t) => {
  const { decider, writer, query } = await whileAnotherWrites(t);
  const forgetting = decider.forget({ hash: sha256('secret') });
  await pause(100);
  assert.equal(await query(), undefined);
  await writer.end();
  assert.equal((await forgetting).decisions, 1);
  assert.equal(await query(), null);
});

test('where they can not be written, nothing is forgotten, and it says so', async (t) => {
  const { decider, writer, query } = await whileAnotherWrites(t);
  await assert.rejects(decider.forget({ hash: sha256('secret') }), {
    code: 'ledger_busy',
    message: /wait to be written/,
  });
  await writer.end();
  assert.equal((await decider.forget({ hash: sha256('secret') })).decisions, 1);
  assert.equal(await query(), null);
});
