import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { Encoder } from '../../src/encoder/types.js';

/** Each has a word that a very small vocabulary knows, too: `list`. */
const TEXTS = [
  'How do I sort a list in Python?',
  'a list of rhymes, ein Gedicht über den Mond',
  'list',
  'list 数学の問題 🙂',
  'list code: `let a = 1;`\n\n- one\n- two',
  `list ${'word '.repeat(20_000)}`,
];
const NOTHING = ['', ' \n\t'];

const length = (vector: Float32Array): number => Math.sqrt(vector.reduce((sum, x) => sum + x * x, 0));

/** What every encoder keeps to. `skip` says why it can't be tried here. */
export function encoderConformance(name: string, skip: string | false, open: () => Promise<Encoder>): void {
  describe(`encoder ${name}`, { skip }, () => {
    let encoder: Encoder;
    before(async () => {
      encoder = await open();
    });

    it('has a name with its version, and parts that lie in its vectors', () => {
      assert.match(encoder.id, /^[\w.-]+(?::\S+|-\S+)$/);
      assert.ok(Number.isInteger(encoder.dim) && encoder.dim > 0);
      for (const part of [encoder.semantic, encoder.style].filter((one) => one !== undefined))
        assert.ok(0 <= part.start && part.start < part.end && part.end <= encoder.dim, JSON.stringify(part));
    });

    it('gives a vector of unit length for each text, in order', async () => {
      const vectors = await encoder.encode(TEXTS);
      assert.equal(vectors.length, TEXTS.length);
      for (const vector of vectors) {
        assert.equal(vector.length, encoder.dim);
        assert.ok(Math.abs(length(vector) - 1) < 1e-4, String(length(vector)));
      }
      const [last, first] = await encoder.encode([TEXTS[3]!, TEXTS[0]!]);
      assert.ok(alike(last!, vectors[3]!) && alike(first!, vectors[0]!));
    });

    it('gives a text of nothing a finite vector of unit length, or zero', async () => {
      for (const vector of await encoder.encode(NOTHING)) {
        assert.equal(vector.length, encoder.dim);
        assert.ok(length(vector) === 0 || Math.abs(length(vector) - 1) < 1e-4, String(length(vector)));
      }
    });

    it('encodes no text at all', async () => assert.deepEqual(await encoder.encode([]), []));

    it('encodes a text the same alone, again, and for whoever changed the vector', async () => {
      const [first] = await encoder.encode([TEXTS[0]!]);
      const kept = first!.slice();
      first!.fill(9);
      const [again] = await encoder.encode([TEXTS[0]!]);
      assert.ok(alike(again!, kept));
      if (encoder.encodeSync) assert.deepEqual(encoder.encodeSync(TEXTS[0]!), kept);
    });

    it('gives the same texts at once what it gives one after another', async () => {
      const both = await Promise.all([encoder.encode(TEXTS.slice(0, 2)), encoder.encode(TEXTS.slice(0, 2))]);
      both[0].forEach((vector, i) => assert.ok(alike(vector, both[1][i]!)));
    });
  });
}

/** Whether vectors agree but for what batching changes in the last digits. */
const alike = (a: Float32Array, b: Float32Array): boolean =>
  a.length === b.length && a.every((x, i) => Math.abs(x - b[i]!) < 1e-5);
