import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createHashingEncoder } from '../../src/encoder/hashing.js';
import { encoderConformance } from './conformance.js';

encoderConformance('hashing', { open: createHashingEncoder });

const encoder = createHashingEncoder();
const encode = encoder.encodeSync!;
const cosine = (a: Float32Array, b: Float32Array): number => a.reduce((sum, x, i) => sum + x * b[i]!, 0);

describe('hashing encoder', () => {
  test('gives unit vectors of its dimension, the same each time', async () => {
    const text = 'How many primes are there below 100?';
    const [vector] = await encoder.encode([text]);
    assert.equal(vector!.length, encoder.dim);
    assert.ok(Math.abs(cosine(vector!, vector!) - 1) < 1e-5);
    assert.deepEqual(vector, encode(text));
  });

  test('puts like texts nearer than unlike ones', () => {
    const a = encode('Write a Python function that reverses a list.');
    const b = encode('Write a python function that sorts a list of numbers.');
    const c = encode('Who painted the ceiling of the Sistine Chapel?');
    assert.ok(cosine(a, b) > cosine(a, c) + 0.2, `${cosine(a, b)} against ${cosine(a, c)}`);
  });

  test('does not tell letters of different case apart, but for how many capitals there are', () => {
    assert.ok(cosine(encode('what is the capital of france?'), encode('What is the capital of France?')) > 0.98);
  });

  test('takes any text: none, spaces, other scripts, emoji, half a surrogate pair, very long', () => {
    assert.ok(encode('').every((x) => x === 0));
    assert.ok(encode(' \n\t ').every((x) => x === 0));
    for (const text of ['東京の人口は？', '🙂🙃', '\ud83d', 'Ω', 'x'.repeat(100_000), '1'.repeat(100_000)]) {
      const vector = encode(text);
      assert.ok(vector.every(Number.isFinite), text.slice(0, 10));
      assert.ok(Math.abs(cosine(vector, vector) - 1) < 1e-4, text.slice(0, 10));
    }
    assert.ok(
      cosine(encode('東京の人口は？'), encode('東京の面積は？')) > cosine(encode('東京の人口は？'), encode('犬が好き')),
    );
  });
});
