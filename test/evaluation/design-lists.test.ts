import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { designLists } from '../../src/evaluation/design-lists.js';
import { designName } from '../../src/profile/design.js';
import { ProfileDesign } from '../../src/schema/design.js';
import { smallLog } from '../support/log.js';

const names = (...args: Parameters<typeof designLists>): string[][] =>
  designLists(...args).map(({ designs }) => designs.map(designName));

describe('designs to be compared', () => {
  test('are one of each form, in short', () => {
    assert.deepEqual(names('short', smallLog({ queries: 4 })), [
      ['index', 'flat-text', 'structured-text-2hop', 'structured-embedding-2hop', 'structured-trainable-2hop'],
    ]);
  });

  test('are those of the paper’s two tables', () => {
    const [first, second] = names('paper', smallLog({ queries: 4 })) as [string[], string[]];
    assert.deepEqual([first.length, second.length], [14, 15]);
    assert.deepEqual(second.slice(0, 5), [
      'structured-embedding-2hop',
      'structured-embedding-2hop:family+task+query',
      'structured-embedding-2hop:family+task+domain',
      'structured-embedding-2hop:family+query',
      'structured-embedding-2hop:family+task',
    ]);
  });

  test('take only kinds of node that the log has', () => {
    const [, second] = names('paper', smallLog({ queries: 4, untasked: true })) as [string[], string[]];
    assert.deepEqual(second, [
      'structured-embedding-2hop:family+query',
      'structured-text-2hop:family+query',
      'flat-text',
    ]);
  });

  test('or every legal one, each once', () => {
    const lists = designLists('all', smallLog({ queries: 4 }));
    const all = lists.flatMap(({ designs }) => designs);
    // Index; 16 sets of kinds, 14 with something to hear from, 8 with queries: flat texts, structured texts at 4
    // depths, propagated at 4 depths by 3 normalizations, trained at 4 depths and flat.
    assert.equal(all.length, 1 + 16 + 4 * 14 + 12 * 14 + 4 * 8 + 8);
    assert.equal(new Set(all.map(designName)).size, all.length);
    for (const design of all) assert.ok(ProfileDesign.safeParse(design).success, designName(design));
    assert.deepEqual(names('none', smallLog({ queries: 4 })), []);
  });
});
