import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { packageRoot } from '../../src/base/paths.js';
import { isRunning } from '../../scripts/service/process.js';
import { temporaryFolder } from '../support/temporary.js';
import { eventually } from '../support/wait.js';

test('a training process whose parent is gone before it is loaded does not begin', async (t) => {
  const { path, remove } = temporaryFolder();
  t.after(remove);
  const dataDir = join(path, 'data');
  const child = fork(join(packageRoot, 'dist/src/training/child.js'), { stdio: 'ignore' });
  const exited = once(child, 'exit');
  child.send({ dataDir, encoder: 'hashing', options: {}, request: {} }, () => child.disconnect());
  assert.deepEqual(await exited, [1, null]);
  assert.ok(!existsSync(dataDir));
});

test(
  'one that computes ends when its parent is killed, without waiting for a turn of the event loop',
  { skip: process.platform === 'linux' ? false : 'reads /proc' },
  async () => {
    const parent = fork(join(packageRoot, 'dist/test/training/busy-child.js'), ['parent'], { stdio: 'ignore' });
    const [pid] = (await once(parent, 'message')) as [number];
    assert.ok(isRunning(pid));
    parent.kill('SIGKILL');
    await eventually('the end of the training process', () => !isRunning(pid), 20_000);
  },
);
