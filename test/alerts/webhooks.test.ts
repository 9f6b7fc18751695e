import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keptDrift, shownDrift } from '../../src/alerts/shown.js';
import { checkingWebhooks, webhookSettings, webhookWarnings } from '../../src/alerts/webhooks.js';
import { DriftSettings } from '../../src/schema/drift.js';
import { DEFAULT_METRICS } from '../../src/schema/metric.js';
import { tempLedger } from '../store/support.js';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const drift = (...webhooks: string[]): DriftSettings => DriftSettings.parse({ webhooks });

test('settings with a private address are refused, unless the operator allows them', async (t) => {
  const { settings } = await tempLedger(t);
  const careful = checkingWebhooks(settings, webhookSettings({}));
  await assert.rejects(careful.put('drift', drift('https://hooks.example.org/', 'http://2130706433/secret')), {
    code: 'invalid_request',
    message:
      'webhooks[1]: expected an address of the internet, got 127.0.0.1, a private one; ' +
      '--allow-private-webhooks or POINTSMAN_ALLOW_PRIVATE_WEBHOOKS=true allows such addresses',
    issues: [{ field: 'webhooks[1]', expected: 'an address of the internet', received: '127.0.0.1, a private one' }],
  });
  assert.deepEqual((await settings.get('drift')).webhooks, []);
  await careful.put('drift', drift('https://hooks.example.org/'));
  await careful.put('metrics', DEFAULT_METRICS);
  assert.deepEqual(await careful.get('drift'), drift('https://hooks.example.org/'));
  await checkingWebhooks(settings, webhookSettings({}, true)).put('drift', drift('http://[::1]/'));
  assert.deepEqual(await careful.get('drift'), drift('http://[::1]/'));
});

test('what is amiss with webhooks is said', () => {
  const settings = drift('https://hooks.example.org/secret', 'http://10.0.0.1/secret');
  assert.deepEqual(webhookWarnings(drift(), webhookSettings({})), []);
  assert.deepEqual(webhookWarnings(settings, webhookSettings({ POINTSMAN_WEBHOOK_SECRET: SECRET }, true)), []);
  const [unsigned, own, ...more] = webhookWarnings(settings, webhookSettings({}));
  assert.match(unsigned!, /not signed: POINTSMAN_WEBHOOK_SECRET is not set/);
  assert.match(own!, /^webhooks\[1\] is not posted to: 10\.0\.0\.1 is a private address/);
  assert.deepEqual(more, []);
});

test('webhooks are shown without what may be secret, and can be told apart', () => {
  const { webhooks } = shownDrift(
    drift(
      'https://hooks.example.org',
      'https://hooks.example.org/services/T0/B0/secret',
      'https://hooks.example.org/services/T0/B1/secret',
      'https://user:secret@other.example:8443/',
      'https://third.example/?key=secret',
    ),
  );
  assert.deepEqual(webhooks, [
    'https://hooks.example.org',
    'https://hooks.example.org/***',
    'https://hooks.example.org/***#2',
    'https://other.example:8443/***',
    'https://third.example/***',
  ]);
  assert.deepEqual(drift(...webhooks).webhooks, webhooks, 'they are settings still');
});

test('a webhook that is set as it was shown stays as it is; one that was not shown is refused', () => {
  const kept = drift('https://a.example/one', 'https://a.example/two', 'https://b.example');
  const back = (...webhooks: string[]): string[] => keptDrift(drift(...webhooks), kept).webhooks;
  assert.deepEqual(back(...shownDrift(kept).webhooks), kept.webhooks);
  assert.deepEqual(back('https://a.example/***#2', 'https://c.example/three'), [
    'https://a.example/two',
    'https://c.example/three',
  ]);
  for (const url of ['https://a.example/***#3', 'https://b.example/***', 'http://a.example/***'])
    assert.throws(() => back('https://b.example', url), {
      code: 'invalid_request',
      message: `webhooks[1]: expected a whole URL, or one as GET /v1/drift shows it now, got "${url}"`,
    });
});
