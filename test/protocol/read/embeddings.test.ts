import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readCall } from '../../../src/protocol/read.js';
import { assertRefused } from './refused.js';

const embed = (input: unknown) => readCall('embeddings', { model: 'text-embedding-3-small', input });

describe('a call of embeddings', () => {
  test('of one text or several', () => {
    const one = embed('The food was delicious');
    assert.deepEqual(one.messages, [{ role: 'user', content: 'The food was delicious' }]);
    assert.deepEqual([one.promptTokens, one.maxOutputTokens, one.stream, one.continues], [6, 0, false, false]);
    assert.deepEqual(
      embed(['a', 'b']).messages.map(({ content }) => content),
      ['a', 'b'],
    );
  });

  test('of tokens, which are counted as they are', () => {
    assert.equal(embed([1, 2, 3]).promptTokens, 3);
    assert.equal(embed([[1, 2, 3], [4]]).promptTokens, 4);
    assert.deepEqual(embed([1, 2, 3]).messages, []);
  });

  test('is refused with the field that is wrong', () => {
    const refused = (input: unknown, text: string) => assertRefused('embeddings', { model: 'a', input }, text);
    refused(undefined, 'input: expected a string or a list, got nothing');
    refused([], 'input: expected at least one text, got an array of 0');
    refused(['a', {}], 'input[1]: expected a string, got an object');
    assertRefused('embeddings', { input: 'a' }, 'model: expected string, got nothing');
  });
});
