import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import type { Encoder } from '../../src/encoder/types.js';

/** How a suite gets at an encoder. */
interface Given {
  /** Called for each test. */
  open(t: TestContext): Encoder | Promise<Encoder>;
  /** Different texts that it has vectors for; English sentences unless given. */
  texts?: readonly string[];
  /** Why it can't run here; false where it can. */
  skip?: string | false;
}

const SENTENCES = [
  'How many primes are there below 100?',
  'Write a Python function that reverses a list.',
  'Who painted the ceiling of the Sistine Chapel?',
];
const BLANK = ['', ' ', ' \n\t '];
/** Other scripts, emoji, half a surrogate pair, a character of no width, one word without an end, very long. */
const ODD = ['東京の人口は？', '🙂🙃', '\ud83d', '\u0000', 'x'.repeat(20_000), 'word '.repeat(20_000)];

const lengthOf = (vector: Float32Array): number => Math.hypot(...vector);
const isZero = (vector: Float32Array): boolean => vector.every((x) => x === 0);

function assertNear(actual: Float32Array, expected: Float32Array, what: string): void {
  assert.equal(actual.length, expected.length, what);
  assert.ok(
    actual.every((x, d) => Math.abs(x - expected[d]!) < 1e-4),
    what,
  );
}

/** What every encoder keeps to. */
export function encoderConformance(name: string, { open, texts = SENTENCES, skip = false }: Given): void {
  const [first, second, third] = texts as [string, string, string];

  describe(`${name} is an encoder`, { skip }, () => {
    test('has an id, a dimension, and parts within it that do not overlap', async (t) => {
      const { id, dim, semantic, style } = await open(t);
      assert.match(id, /^\S+$/);
      assert.ok(Number.isInteger(dim) && dim > 0, String(dim));
      const parts = [semantic, style].filter((part) => part !== undefined).toSorted((a, b) => a.start - b.start);
      for (const { start, end } of parts) assert.ok(start >= 0 && start < end && end <= dim, `${start} to ${end}`);
      if (parts.length === 2) assert.ok(parts[0]!.end <= parts[1]!.start, 'parts overlap');
    });

    test('gives each text a vector of unit length, the same each time and unlike another text’s', async (t) => {
      const encoder = await open(t);
      const vectors = await encoder.encode(texts);
      assert.equal(vectors.length, texts.length);
      for (const vector of vectors) {
        assert.equal(vector.length, encoder.dim);
        assert.ok(Math.abs(lengthOf(vector) - 1) < 1e-4, String(lengthOf(vector)));
      }
      assert.notDeepEqual(vectors[0], vectors[1]);
      (await encoder.encode(texts)).forEach((vector, i) => assertNear(vector, vectors[i]!, texts[i]!));
    });

    test('keeps the order of texts, few or many, however they are grouped and asked for at once', async (t) => {
      const encoder = await open(t);
      const many = Array.from({ length: 150 }, (_, i) => (i % 7 === 0 ? '' : texts[i % texts.length]!));
      const [together, again] = await Promise.all([encoder.encode(many), encoder.encode(texts)]);
      many.forEach((text, i) => {
        if (text === '') assert.ok(isZero(together[i]!));
        else assertNear(together[i]!, again[texts.indexOf(text)]!, `text ${i}`);
      });
      assert.deepEqual(await encoder.encode([]), []);
    });

    test('gives zero for a text with nothing in it', async (t) => {
      const encoder = await open(t);
      for (const vector of await encoder.encode(BLANK)) {
        assert.equal(vector.length, encoder.dim);
        assert.ok(isZero(vector));
      }
    });

    test('takes any text: other scripts, emoji, half a surrogate pair, one endless word, very long', async (t) => {
      const encoder = await open(t);
      for (const [i, vector] of (await encoder.encode(ODD)).entries()) {
        assert.equal(vector.length, encoder.dim);
        assert.ok(isZero(vector) || Math.abs(lengthOf(vector) - 1) < 1e-3, `${ODD[i]!.slice(0, 10)}`);
      }
    });

    test('gives vectors that are the caller’s: to change one changes no other', async (t) => {
      const encoder = await open(t);
      const [vector] = await encoder.encode([first]);
      const kept = vector!.slice();
      const [same] = await encoder.encode([first]);
      same!.fill(9);
      await encoder.encode([second]);
      assertNear(vector!, kept, 'the first vector');
      assertNear((await encoder.encode([first]))[0]!, kept, 'the text’s next vector');
    });

    test('gives the same without waiting, where it can', async (t) => {
      const encoder = await open(t);
      if (encoder.encodeSync === undefined) return;
      for (const text of [first, second, third, ...BLANK, ...ODD])
        assert.deepEqual(encoder.encodeSync(text), (await encoder.encode([text]))[0]);
    });
  });
}
