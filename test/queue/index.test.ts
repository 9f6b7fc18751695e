import assert from 'node:assert/strict';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { PointsmanError } from '../../src/base/errors.js';
import { createLogger } from '../../src/base/log.js';
import { openQueue } from '../../src/queue/index.js';
import { freePort } from '../support/process.js';
import { LEDGER_ID } from '../support/queue-folder.js';

const open = (url: string): Promise<unknown> =>
  openQueue({ url, dataDir: '/nonexistent', ledgerId: LEDGER_ID, log: createLogger('silent') });

describe('openQueue', () => {
  for (const url of [
    'mysql://user:sesame@db',
    'http://user:sesame@db',
    'redis:sesame',
    'localhost:6379',
    'redis',
    'unix:/run/redis.sock',
  ])
    test(`refuses ${url.replace('sesame', '…')}`, async () => {
      await assert.rejects(open(url), (error: PointsmanError) => {
        assert.equal(error.code, 'invalid_config');
        assert.match(error.message, /^POINTSMAN_QUEUE: expected redis:/);
        assert.ok(!error.message.includes('sesame'), error.message);
        return true;
      });
    });

  for (const scheme of ['redis', 'postgres'])
    test(`says within seconds that ${scheme} isn't there, and how to get it`, async () => {
      const port = await freePort();
      const asked = Date.now();
      await assert.rejects(open(`${scheme}://user:sesame@127.0.0.1:${port}`), (error: PointsmanError) => {
        assert.equal(error.code, 'queue_unavailable');
        assert.ok(error.message.includes(`127.0.0.1:${port}`), error.message);
        assert.match(error.message, /ECONNREFUSED.*apt-get install/);
        assert.ok(!error.message.includes('sesame'), error.message);
        return true;
      });
      assert.ok(Date.now() - asked < 6_000);
    });

  for (const scheme of ['redis', 'postgres'])
    test(`says within seconds that what should be ${scheme} doesn't answer`, async () => {
      const mute = createServer(() => {}).listen(0, '127.0.0.1');
      await once(mute, 'listening');
      const { port } = mute.address() as AddressInfo;
      const asked = Date.now();
      await assert.rejects(open(`${scheme}://127.0.0.1:${port}`), { code: 'queue_unavailable' });
      assert.ok(Date.now() - asked < 7_000, `${Date.now() - asked} ms`);
      mute.close();
    });
});
