import assert from 'node:assert/strict';
import { cpSync, existsSync, rmSync, statSync, writeFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { PointsmanError } from '../../src/base/errors.js';
import { createLogger } from '../../src/base/log.js';
import { openQueue } from '../../src/queue/index.js';
import { start } from '../support/process.js';
import { LEDGER_ID, prepareQueue } from '../support/queue-folder.js';
import { temporaryFolder } from '../support/temporary.js';
import { queueConformance, type StoreUnderTest } from './conformance.js';
import { judgeQueueConformance } from './judge-conformance.js';

const log = createLogger('silent');

const setUp = async (): Promise<StoreUnderTest> => {
  const folder = temporaryFolder();
  const dataDir = join(folder.path, 'data');
  const pristine = join(folder.path, 'pristine');
  // A new database takes seconds; a copy of one does not.
  await prepareQueue(dataDir);
  await (await openQueue({ dataDir, ledgerId: LEDGER_ID, log })).close();
  cpSync(dataDir, pristine, { recursive: true });
  return {
    dataDir,
    shared: false,
    async empty() {
      rmSync(dataDir, { recursive: true });
      cpSync(pristine, dataDir, { recursive: true });
    },
    stop: async () => folder.remove(),
  };
};

queueConformance('embedded', false, setUp);
judgeQueueConformance('embedded', false, setUp);

const listeners = (): number[] =>
  ['exit', 'uncaughtException', 'unhandledRejection', 'SIGINT', 'SIGTERM'].map((event) => process.listenerCount(event));

describe('the embedded store', () => {
  test('is held by one process, which another is told of, and is free again once that one is killed', async () => {
    const folder = temporaryFolder();
    try {
      await prepareQueue(folder.path);
      const script = fileURLToPath(new URL('child-worker.js', import.meta.url));
      const holder = await start(process.execPath, [script, folder.path], 'active ');
      await assert.rejects(openQueue({ dataDir: folder.path, ledgerId: LEDGER_ID, log }), (error: PointsmanError) => {
        assert.equal(error.code, 'queue_unavailable');
        assert.ok(error.message.includes(`held by process ${holder.child.pid} since 20`), error.message);
        assert.match(error.message, /POINTSMAN_QUEUE=redis:\/\/… or postgres:\/\/…/);
        return true;
      });
      await holder.stop('SIGKILL');
      const queue = await openQueue({ dataDir: folder.path, ledgerId: LEDGER_ID, log });
      assert.equal((await queue.list({ state: 'active' })).length, 1);
      await queue.close();
    } finally {
      folder.remove();
    }
  });

  test('keeps its files to its owner, and leaves the process as it found it', async () => {
    const folder = temporaryFolder();
    try {
      const before = listeners();
      const queue = await openQueue({ dataDir: folder.path, ledgerId: LEDGER_ID, log });
      assert.equal(statSync(join(folder.path, 'queue')).mode & 0o777, 0o700);
      assert.ok(existsSync(join(folder.path, 'queue', 'postgres')));
      assert.deepEqual(listeners(), before);
      await queue.close();
    } finally {
      folder.remove();
    }
  });

  test('says so when its folder holds something else, and lets the folder go', async () => {
    const folder = temporaryFolder();
    try {
      const database = join(folder.path, 'queue', 'postgres');
      mkdirSync(database, { recursive: true });
      writeFileSync(join(database, 'PG_VERSION'), '9\n');
      await assert.rejects(openQueue({ dataDir: folder.path, ledgerId: LEDGER_ID, log }), (error: PointsmanError) => {
        assert.equal(error.code, 'queue_unavailable');
        assert.match(error.message, /can't be opened: .*Move the folder away/s);
        return true;
      });
      rmSync(database, { recursive: true });
      await prepareQueue(folder.path);
      const queue = await openQueue({ dataDir: folder.path, ledgerId: LEDGER_ID, log });
      await queue.close();
      assert.ok(existsSync(database));
    } finally {
      folder.remove();
    }
  });
});
