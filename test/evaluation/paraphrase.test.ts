import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createRng } from '../../src/base/rng.js';
import { EDITS } from '../../src/evaluation/paraphrase.js';

const edit = (name: string | RegExp, text: string, seed = 1): string =>
  EDITS.find((e) => (typeof name === 'string' ? e.name === name : name.test(e.name)))!.apply(text, createRng(seed));
const sorted = (text: string): string[] => text.split(/\s+/).toSorted();

describe('edits', () => {
  test('change case, marks and spaces', () => {
    assert.equal(edit('lower case', 'What is NaCl?'), 'what is nacl?');
    assert.equal(edit('upper case', 'What is it?'), 'WHAT IS IT?');
    assert.equal(edit('no mark at the end', 'Is it so?!\n'), 'Is it so');
    assert.equal(edit(/^commas/, 'First, add 1,000. Then stop.'), 'First add 1,000.  Then stop.');
  });

  test('put synonyms for words in their own case, and leave names in code alone', () => {
    assert.equal(edit('synonyms', 'Calculate and FIND the big one'), 'Compute and DETERMINE the large one');
    for (const code of ['x.get(1)', 'get_item', 'def find(a)', '\\begin{align}'])
      assert.equal(edit('synonyms', code), code);
  });

  test('turn the order of lettered choices, in lines or in one, and keep the letters in theirs', () => {
    const lines = 'Which is red?\nA. sky\nB. grass\nC. blood\nD. sun\n\nAnswer with a letter.';
    const found = [1, 2, 3, 4].map((seed) => edit('order of choices', lines, seed));
    for (const text of found) {
      assert.deepEqual(sorted(text), sorted(lines));
      assert.match(text, /^Which is red\?\nA\. \w+\nB\. \w+\nC\. \w+\nD\. \w+\n\nAnswer with a letter\.$/);
    }
    assert.ok(new Set(found).size > 1);
    const inline = 'Pick: (A) one two (B) three (C) four. Go';
    const turned = [1, 2, 3].map((seed) => edit('order of choices', inline, seed));
    for (const text of turned) assert.match(text, /^Pick: \(A\) .+ \(B\) .+ \(C\) /);
    assert.ok(turned.some((text) => text !== inline));
  });

  test('leave a text as it is where there is nothing to edit', () => {
    for (const { name, apply } of EDITS) assert.equal(apply('', createRng(1)), '', name);
    for (const name of ['no mark at the end', 'synonyms', 'order of choices'])
      assert.equal(edit(name, 'a (b) A. c'), 'a (b) A. c', name);
  });

  test('take no longer than the text is long', () => {
    const started = performance.now();
    for (const text of [
      'A. '.repeat(50_000),
      '(A) x '.repeat(50_000),
      '? '.repeat(50_000),
      ' '.repeat(100_000) + 'x',
      'A. x\n'.repeat(20_000),
    ])
      for (const { apply } of EDITS) apply(text, createRng(1));
    assert.ok(performance.now() - started < 5000);
  });
});
