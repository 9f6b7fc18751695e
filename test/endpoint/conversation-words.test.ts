import assert from 'node:assert/strict';
import { test } from 'node:test';
import { likeness, wordsOf } from '../../src/endpoint/conversation-words.js';

const alike = (a: string, b: string): number => likeness(wordsOf(a), wordsOf(b));

test('two texts are as alike as the words that both have, of those that either has', () => {
  assert.equal(alike('the cat sat', 'the cat ran'), 0.5);
  assert.equal(alike('The CAT, the cat!', 'cat the'), 1);
  assert.equal(alike('one', 'two'), 0);
  assert.equal(alike('', ''), 0);
  assert.equal(alike('?!', 'word'), 0);
});

test('words are of any script', () => {
  assert.equal(alike('Сколько стоит билет?', 'сколько стоит билет'), 1);
  assert.equal(alike('कितने का टिकट है', 'टिकट कितने का है'), 1);
  assert.equal(wordsOf('कितने का टिकट').length, 3, 'vowel signs do not end a word');
  assert.equal(alike('ﬁne ＡＢＣ', 'fine abc'), 1, 'by compatibility');
});

test('where a script has no spaces, three characters in a row are a word', () => {
  assert.equal(wordsOf('光合作用').length, 2);
  assert.equal(wordsOf('光合').length, 1);
  assert.equal(wordsOf('gpt模型好').length, 2);
  assert.ok(alike('请解释一下光合作用是如何进行的', '请再解释一下光合作用是如何进行的') > 0.6);
  assert.ok(alike('请解释一下光合作用是如何进行的', '今天上海的天气怎么样') < 0.1);
  assert.ok(alike('ช่วยอธิบายการสังเคราะห์แสง', 'ช่วยอธิบายการสังเคราะห์แสงหน่อย') > 0.6);
});

test('of long texts a sample is compared, from beginning and end', () => {
  const words = (from: number, to: number): string =>
    Array.from({ length: to - from }, (_, i) => `w${from + i}`).join(' ');
  assert.equal(wordsOf(words(0, 100_000)).length, 256);
  assert.equal(alike(words(0, 100_000), words(0, 100_000)), 1);
  const half = alike(words(0, 300), words(100, 400));
  assert.ok(Math.abs(half - 0.5) < 0.12, String(half));
  const middle = `${words(0, 400)} ${words(400, 5_000)} ${words(5_000, 5_400)}`;
  assert.equal(alike(middle, middle.replace('w2500', 'changed')), 1, 'what is between is not read');
  assert.ok(alike(middle, middle.replace('w5399', 'changed')) < 1);
});
