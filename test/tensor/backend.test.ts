import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { packageRoot } from '../../src/base/paths.js';
import { temporaryFolder } from '../support/temporary.js';
import { askBackend, lackingTensorFlow } from './ask-backend.js';
import type { ChildAnswer } from './backend-child.js';

const skip = await lackingTensorFlow();
const built = join(packageRoot, 'node_modules/@tensorflow/tfjs-node-gpu/lib/napi-v8/tfjs_binding.node');
const skipWithout = existsSync(built)
  ? 'TensorFlow’s library is installed beside Pointsman, so it can’t be hidden'
  : false;

function opened(answer: ChildAnswer): string {
  assert.equal(answer.kind, 'opened', JSON.stringify(answer));
  return (answer as Extract<ChildAnswer, { kind: 'opened' }>).description;
}

/** Runs `work` with a folder in which there is no TensorFlow. */
async function withEmptyFolder<T>(work: (env: NodeJS.ProcessEnv, path: string) => Promise<T>): Promise<T> {
  const { path, remove } = temporaryFolder();
  try {
    return await work({ POINTSMAN_TENSORFLOW_DIR: path }, path);
  } finally {
    remove();
  }
}

describe('backends', () => {
  test('auto takes TensorFlow’s own library first', { skip }, async () => {
    assert.match(opened(await askBackend('auto')), /^TensorFlow \d+\.\d+\.\d+ \((?:CPU|GPU)\)$/);
  });

  test('auto takes wasm where there is no TensorFlow', { skip: skipWithout }, () =>
    withEmptyFolder(async (env) => assert.match(opened(await askBackend('auto', { env })), /wasm/)),
  );

  test('auto takes plain JavaScript where there is no WebAssembly either', { skip: skipWithout }, () =>
    withEmptyFolder(async (env) =>
      assert.match(opened(await askBackend('auto', { env, execArgv: ['--jitless'] })), /plain JavaScript/),
    ),
  );

  test('says what is missing, where it looked and how to get it', { skip: skipWithout }, () =>
    withEmptyFolder(async (env, path) => {
      const answer = await askBackend('tensorflow', { env });
      assert.equal(answer.kind, 'failed');
      const { code, message } = answer as Extract<ChildAnswer, { kind: 'failed' }>;
      assert.equal(code, 'backend_unavailable');
      assert.ok(
        message.includes(path) && message.includes(packageRoot) && message.includes('npm run setup:tensorflow'),
        message,
      );
    }),
  );

  test('opens the one that is named', async () => {
    assert.match(opened(await askBackend('wasm')), /wasm/);
    assert.match(opened(await askBackend('cpu')), /plain JavaScript/);
  });

  test('says so where a named one can’t be opened', async () => {
    const answer = await askBackend('wasm', { execArgv: ['--jitless'] });
    assert.equal(answer.kind, 'failed');
    assert.equal((answer as Extract<ChildAnswer, { kind: 'failed' }>).code, 'backend_unavailable');
  });
});
