import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findJsonFault } from '../../src/http/kit/json-position.js';

const valid = [
  '{}',
  '[]',
  ' [1, -0.5e+3, "a\\u00e9\\n\\"", true, false, null, {"a": {"b": []}}] ',
  '"é𝄞"',
  '0',
  '{"a":1,"b":[{}]}',
  '"\u007f"',
];

/** Text and the position of its first wrong character. */
const faults: [string, number][] = [
  ['', 0],
  ['  ', 2],
  ['{"score": NaN}', 10],
  ['{"a": Infinity}', 6],
  ['[1,]', 3],
  ['{"a":1,}', 7],
  ["{'a':1}", 1],
  ['{"a" 1}', 5],
  ['{"a":1 "b":2}', 7],
  ['[1 2]', 3],
  ['[1}', 2],
  ['{"a":01}', 6],
  ['"a\nb"', 2],
  ['"\\x"', 1],
  ['"open', 5],
  ['{"a":', 5],
  ['tru', 0],
  ['nullx', 4],
  ['{} {}', 3],
  ['{a:1}', 1],
];

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

test('finds no fault in what JSON.parse takes', () => {
  for (const text of valid) {
    JSON.parse(text);
    assert.equal(findJsonFault(text), undefined, text);
  }
});

test('finds the first character that can’t be there', () => {
  for (const [text, position] of faults) {
    assert.throws(() => JSON.parse(text), SyntaxError, text);
    assert.equal(findJsonFault(text)?.position, position, text);
  }
});

test('agrees with JSON.parse on texts with one character changed', () => {
  const base = '{"a": [1.5e3, "x\\ny", {"b": null}], "c": true}';
  for (let i = 0; i < base.length; i++)
    for (const char of ['', '"', ',', '}', ']', '0', '\\', '.', 'e', '-', 'x', '\n']) {
      const text = base.slice(0, i) + char + base.slice(i + 1);
      assert.equal(findJsonFault(text) === undefined, isJson(text), text);
    }
});

test('line and column count from one', () => {
  assert.deepEqual(findJsonFault('{\n  "a": 1,\n  "b": x\n}'), { position: 19, line: 3, column: 8 });
});

test('takes deep and long texts without running out of stack', () => {
  assert.equal(findJsonFault('['.repeat(500_000))?.position, 500_000);
  assert.equal(findJsonFault(`["${'x'.repeat(1_000_000)}`)?.position, 1_000_002);
});
