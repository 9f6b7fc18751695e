import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { packageRoot } from '../../src/base/paths.js';
import { temporaryFolder } from '../support/temporary.js';

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
