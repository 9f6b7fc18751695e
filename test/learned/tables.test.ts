import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { BEGIN, END, tablesMarkdown } from '../../scripts/tables.js';
import { packageRoot } from '../../src/base/paths.js';
import { tablesOf } from '../../src/learned/tables.js';
import { openBackend } from '../../src/tensor/backend.js';
import { smallLog } from '../support/log.js';
import { randomModel } from '../support/model.js';

describe('the tables of a learned artifact', () => {
  test('are in the docs as they are declared', () => {
    const docs = readFileSync(join(packageRoot, 'docs', 'learning.md'), 'utf8');
    const [, block] = docs.split(BEGIN);
    assert.equal(block?.split(END)[0]?.trim(), tablesMarkdown(), 'node dist/scripts/tables.js prints them');
  });

  test('are those that freezing writes, no more and no fewer', async () => {
    const { tf } = await openBackend('wasm');
    for (const design of ['flat', 'structured-trainable-2hop'] as const) {
      const { model } = await randomModel(tf, smallLog({ queries: 20 }), { design });
      const declared = tablesOf(model.names.hops).map(([name]) => name);
      assert.deepEqual(Object.keys(model.tables).toSorted(), declared.toSorted());
    }
  });
});
