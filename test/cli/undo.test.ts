import assert from 'node:assert/strict';
import { test } from 'node:test';
import { undoAll } from '../../src/cli/undo.js';

test('every step is undone, the last first, and the first error is thrown', async () => {
  const undone: number[] = [];
  const step = (n: number, error?: string) => async () => {
    undone.push(n);
    if (error !== undefined) throw new Error(error);
  };
  await assert.rejects(undoAll([step(1), step(2, 'second'), step(3, 'first'), step(4)]), /^Error: first$/);
  assert.deepEqual(undone, [4, 3, 2, 1]);
});
