import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { systemClock } from '../../src/base/clock.js';
import { openDriftFollower } from '../../src/alerts/follow.js';
import { webhookSettings } from '../../src/alerts/webhooks.js';
import { DEFAULT_DRIFT, DriftSettings, type Alert } from '../../src/schema/drift.js';
import type { AlertStore } from '../../src/store/ports/alerts.js';
import type { Ledger } from '../../src/store/ports/index.js';
import { keptLog } from '../decision/parts.js';
import { noQueue } from '../http/service.js';
import { START } from '../store/support.js';
import { eventually } from '../support/wait.js';
import { receiver } from './receiver.js';

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
const KEY = Buffer.alloc(32, 3);
const { log } = keptLog();
const rest = { webhooks: { allowPrivate: false, keys: [] }, clock: systemClock, log };

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
  stop = openDriftFollower({ ledger, queue: { enqueue: () => assert.fail() }, ...rest }).follow(1);
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
  t.after(openDriftFollower({ ledger, queue: { enqueue }, ...rest }).follow(1));
  await eventually('webhooks looked for', async () => asked > 0 && claims > 3, 5_000);
  assert.equal(asked, 1);
});

test('an alert is posted with its id, the time of the try and the signature of the body as it is sent', async (t) => {
  let refusals = 1;
  const { port, received } = await receiver(t, (_, res) => res.writeHead(refusals-- > 0 ? 500 : 200).end());
  let left = 1;
  const ledger = {
    ...endlessAlerts({ claimWebhook: async () => (left-- > 0 ? ALERT : undefined) }),
    settings: { get: async () => DriftSettings.parse({ webhooks: [`http://127.0.0.1:${port}/`] }) },
  } as unknown as Ledger;
  const webhooks = webhookSettings({ POINTSMAN_WEBHOOK_SECRET: `whsec_${KEY.toString('base64')}` }, true);
  const clock = (): number => START + 1000 * received.length;
  t.after(openDriftFollower({ ledger, queue: noQueue, webhooks, clock, log, firstPauseMs: 1 }).follow(5));
  await eventually('both tries', () => received.length === 2, 5_000);
  for (const [i, { headers, body }] of received.entries()) {
    assert.deepEqual(JSON.parse(body), { event: 'drift', alert: ALERT });
    assert.deepEqual([headers['webhook-id'], Number(headers['webhook-timestamp'])], ['one', START / 1000 + i]);
    const signed = createHmac('sha256', KEY)
      .update(`one.${START / 1000 + i}.${body}`)
      .digest('base64');
    assert.equal(headers['webhook-signature'], `v1,${signed}`);
  }
});
