import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { sha256 } from '../../src/base/hash.js';
import { PointsmanError } from '../../src/base/errors.js';
import { createForgetting } from '../../src/dataset/forget.js';
import { followRetention } from '../../src/decision/retention.js';
import { RetentionSettings } from '../../src/schema/retention.js';
import type { Ledger } from '../../src/store/open.js';
import { encoder } from '../support/learn.js';
import { eventually } from '../support/wait.js';
import { interaction } from '../store/support.js';
import { keptLog, temporaryLedger } from './parts.js';

const DAY = 86_400_000;
let ledger: Ledger;
let remove: () => Promise<void>;
before(async () => void ({ ledger, remove } = await temporaryLedger()));
after(() => remove());

test('what is kept no longer goes by itself; what fails is logged and tried again', async () => {
  const old = { at: new Date(Date.now() - 3 * DAY).toISOString(), error: 'why' };
  await ledger.feedback.append([
    { records: [interaction('old', 'a', 1, old), interaction('new', 'a', 1), interaction('newer', 'a', 1)] },
  ]);
  await ledger.settings.put(
    'retention',
    RetentionSettings.parse({ feedback_text_days: 2, interactions: { max_rows: 2 } }),
  );
  const { log, lines } = keptLog();
  let refused = 0;
  const retention = {
    ...ledger.retention,
    async sweep() {
      if (refused++ === 0) throw new PointsmanError('invalid_config', 'disk full');
      return ledger.retention.sweep();
    },
  };
  await ledger.feedback.append([{ records: [interaction('old', 'a', 1, old)] }]);
  const forgetting = createForgetting({ ledger, encoder });
  const stop = followRetention({ ledger: { ...ledger, retention }, forgetting, clock: Date.now, log }, 5);
  const textOfOld = async () => (await ledger.snapshot.texts([sha256('old')]))[0];
  await eventually('the old text is forgotten', async () => (await textOfOld()) === undefined);
  await eventually('it is logged', () => lines.some((line) => line.includes('texts forgotten, as is set')));
  stop();
  assert.ok(lines.some((line) => line.includes('not removed, will be tried again') && line.includes('disk full')));
  const sizes = await ledger.retention.sizes();
  assert.equal(sizes.find(({ table }) => table === 'interaction')!.rows, 2);
  assert.deepEqual(await ledger.snapshot.texts([sha256('newer')]), ['newer']);
});
