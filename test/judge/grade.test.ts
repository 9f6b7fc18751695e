import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gradesIn } from '../../src/judge/grade.js';

const one = (text: string): number | undefined => gradesIn(text, ['grade'])?.[0];
const two = (text: string): number[] | undefined => gradesIn(text, ['grade_a', 'grade_b']);

describe('grades', () => {
  test('are read of JSON, whatever stands around it', () => {
    assert.equal(one('{"reason": "fine", "grade": 7}'), 7);
    assert.equal(one('```json\n{"grade": 7.5, "reason": "has {braces} and \\"quotes\\""}\n```'), 7.5);
    assert.equal(one('Let me think. {"grade": 2} would be harsh.\n\n{"grade": "9", "reason": ""}'), 9);
    assert.equal(one('{"grade": "8/10"}'), 8);
    assert.deepEqual(two('Here: {"reason": "B is shorter", "grade_a": 4, "grade_b": 10}'), [4, 10]);
  });

  test('are read of what is nearly JSON, and of plain words', () => {
    assert.equal(one('{"reason": "cut off in the mid", "grade": 6'), 6);
    assert.equal(one("{'grade': 3, 'reason': 'single quotes'}"), 3);
    assert.equal(one('**Grade**: 8'), 8);
    assert.equal(one('Note: 6,5'.replace('Note', 'grade')), 6.5);
    assert.equal(one(' 7 / 10. '), 7);
    assert.deepEqual(two('grade_a = 4\ngrade_b = 5'), [4, 5]);
  });

  test('that are none, missing or out of range are not made up', () => {
    for (const text of [
      '',
      'very good',
      '{"grade": null}',
      '{"grade": 11}',
      '{"grade": -1}',
      'I saw 3 faults',
      '12/10',
    ])
      assert.equal(one(text), undefined, text);
    for (const text of ['{"grade_a": 4}', '4 and 5', '{"grade": 4}', 'null']) assert.equal(two(text), undefined, text);
  });

  test('are looked for in bounded time', () => {
    const began = performance.now();
    for (const text of [
      '{'.repeat(1e6),
      '}'.repeat(1e6),
      '{}'.repeat(5e5),
      'grade'.repeat(2e5),
      '"grade"  '.repeat(1e5),
    ])
      assert.equal(one(text), undefined);
    assert.ok(performance.now() - began < 2_000);
  });
});
