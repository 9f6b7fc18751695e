import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openDriftFollower } from '../../src/alerts/follow.js';
import { DEFAULT_DRIFT, type Alert } from '../../src/schema/drift.js';
import type { AlertStore } from '../../src/store/ports/alerts.js';
import type { Ledger } from '../../src/store/ports/index.js';
import { keptLog } from '../decision/parts.js';
import { eventually } from '../support/wait.js';

type Parts = Parameters<typeof openDriftFollower>[0];

/** A ledger with alerts without end that no webhook was sent for; `claimed` hears of each claim. */
function endlessAlerts(alerts: Partial<AlertStore>): Parts['ledger'] {
  return {
    alerts: {
      resolveRetrained: async () => [],
      claimRetrain: async () => [],
      endWebhook: async () => undefined,
      ...alerts,
    },
    artifacts: { activeVersion: async () => null },
    settings: { get: async () => DEFAULT_DRIFT },
  } as unknown as Ledger;
}

const ALERT = { id: 'one' } as Alert;
const { log } = keptLog();

test('after a stop no alert is claimed', async () => {
  let claims = 0;
  let stop = (): void => undefined;
  const ledger = endlessAlerts({
    async claimWebhook() {
      claims++;
      if (claims === 3) stop();
      return claims < 100 ? ALERT : undefined;
    },
  });
  stop = openDriftFollower({ ledger, queue: { enqueue: () => assert.fail() }, log }).follow(1);
  await eventually('three claims', async () => claims >= 3, 5_000);
  await new Promise((done) => void setImmediate(done));
  assert.equal(claims, 3);
});

test('a queue that does not answer holds up no webhook', async (t) => {
  let claims = 0;
  let asked = 0;
  const ledger = endlessAlerts({
    claimRetrain: async () => ['one'],
    claimWebhook: async () => void claims++,
  });
  const enqueue = (): Promise<never> => {
    asked++;
    return new Promise(() => {});
  };
  t.after(openDriftFollower({ ledger, queue: { enqueue }, log }).follow(1));
  await eventually('webhooks looked for', async () => asked > 0 && claims > 3, 5_000);
  assert.equal(asked, 1);
});
