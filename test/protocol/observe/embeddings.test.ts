import assert from 'node:assert/strict';
import { test } from 'node:test';
import { whole } from './observed.js';

test('of embeddings is seen what was read', () => {
  const body = {
    object: 'list',
    data: [{ object: 'embedding', index: 0, embedding: [0.1, -0.2] }],
    model: 'text-embedding-3-small',
    usage: { prompt_tokens: 8, total_tokens: 8 },
  };
  assert.deepEqual(whole('embeddings', body), {
    id: null,
    finish: null,
    usage: { prompt: 8, completion: 0, cached: 0, cacheWritten: 0, reasoning: 0 },
    text: '',
    refusal: '',
    toolCalls: [],
    error: null,
    complete: true,
  });
  assert.equal(whole('embeddings', { error: { type: 'a', message: 'b' } }).error?.message, 'b');
});
