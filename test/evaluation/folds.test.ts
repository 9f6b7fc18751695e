import assert from 'node:assert/strict';
import { it } from 'node:test';
import { foldOf } from '../../src/evaluation/cross-validate.js';

/** First four bytes of the SHA-256 of the UTF-8 text, big-endian, modulo 5 and 7: computed by Python's hashlib. */
const FOLDS: [text: string, of5: number, of7: number][] = [
  ['What is 2 + 2?', 0, 2],
  ['Hello', 4, 5],
  ['2+2', 1, 2],
  ['Wer bist du?', 2, 6],
  ['東京の人口は？', 4, 0],
  ['a', 0, 2],
  ['b', 1, 4],
  ['c', 3, 6],
];

for (const [text, of5, of7] of FOLDS)
  it(`${text} is in fold ${of5} of 5 and ${of7} of 7`, () => {
    assert.deepEqual([foldOf(text, 5), foldOf(text, 7)], [of5, of7]);
  });
