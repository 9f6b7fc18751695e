import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { PointsmanError } from '../../src/base/errors.js';
import { checkComparable, datasetOf, foldOf, splitFold, type EvaluationInput } from '../../src/evaluation/folds.js';
import type { GraphRows } from '../../src/graph/rows.js';
import { encoder } from '../support/learn.js';
import { handLog } from '../support/rows.js';

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
  test(`${text} is in fold ${of5} of 5 and ${of7} of 7`, () => {
    assert.deepEqual([foldOf(text, 5), foldOf(text, 7)], [of5, of7]);
  });

const of = (rows: GraphRows, folds = 2): EvaluationInput => ({
  rows,
  vectors: Array.from(rows.queries, (q) => encoder.encodeSync!(q.text)),
  encoder,
  design: 'structured-trainable',
  seed: 1,
  folds,
});

describe('a log that is to be compared by', () => {
  const refused = (rows: GraphRows, message: RegExp): void =>
    assert.throws(
      () => checkComparable(of(rows)),
      (error) => error instanceof PointsmanError && error.code === 'no_data' && message.test(error.message),
    );

  test('has two LLMs', () =>
    refused(handLog(['only'], [{ text: 'x', scores: { only: 1 } }]), /only one LLM, only:.*at least two/));
  test('has something in it', () => refused(handLog(['a', 'b'], []), /no interaction and no preference/));
  test('has a score in it', () =>
    refused(handLog(['a', 'b'], [{ text: 'x' }]), /None of the answers to 1 queries has a score/));
  test('has scores of two LLMs', () =>
    refused(
      handLog(['a', 'b'], [{ text: 'x', scores: { a: 1 } }, { text: 'y' }]),
      /Only one LLM has scores \(1 of 2 queries\), and there are no preferences/,
    ));
  test('may have one answer a query', () =>
    assert.doesNotThrow(() =>
      checkComparable(
        of(
          handLog(
            ['a', 'b'],
            [
              { text: 'x', scores: { a: 1 } },
              { text: 'y', scores: { b: 1 } },
            ],
          ),
        ),
      ),
    ));
  test('may have preferences alone', () =>
    assert.doesNotThrow(() => checkComparable(of(handLog(['a', 'b'], [{ text: 'x', pairs: [['a', 'b']] }])))));
});

describe('a fold', () => {
  test('holds out the queries whose text says so, of those that have evidence', async () => {
    const rows = handLog(
      ['a', 'b'],
      [...FOLDS.map(([text]) => ({ text, scores: { a: 1, b: 0 } })), { text: 'unanswered' }],
    );
    const data = await datasetOf(of(rows));
    const { train, test: heldOut } = splitFold(data, rows, 5, 4);
    assert.deepEqual(Array.from(heldOut), [1, 4]);
    assert.deepEqual(Array.from(train), [0, 2, 3, 5, 6, 7]);
  });
});
