import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { openEncoder } from '../../src/encoder/index.js';
import { STATIC_FOLDER, openStaticEncoder } from '../../src/encoder/static.js';
import { TABLE_FILE, WORDS_FILE } from '../../src/encoder/token-table.js';
import type { PointsmanError } from '../../src/base/errors.js';
import { encoderConformance } from './conformance.js';

encoderConformance('static', { open: () => openStaticEncoder() });

const encoder = openStaticEncoder();
const encode = encoder.encodeSync!;
const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, x, i) => sum + x * b[i]!, 0);
const cosine = (a: Float32Array, b: Float32Array): number => dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
const meaning = (text: string): Float32Array => encode(text).subarray(encoder.semantic!.start, encoder.semantic!.end);
const alike = (a: string, b: string): number => cosine(meaning(a), meaning(b));

describe('static encoder', () => {
  test('is opened by name, and gives unit vectors of its dimension, the same each time', async () => {
    const opened = await openEncoder('static');
    assert.equal(opened.id, 'static-1');
    assert.equal(opened.dim, 2048 + 16 + 128);
    assert.deepEqual(opened.semantic, { start: 2064, end: 2192 });
    const text = 'How many primes are there below 100?';
    const [vector] = await opened.encode([text]);
    assert.equal(vector!.length, opened.dim);
    assert.ok(Math.abs(dot(vector!, vector!) - 1) < 1e-5);
    assert.deepEqual(vector, encode(text));
  });

  test('shares the square length between words, style and meaning about as 36 : 9 : 9', () => {
    const vector = encode('Which planet in our solar system has the largest number of moons?');
    const square = (start: number, end: number): number =>
      dot(vector.subarray(start, end), vector.subarray(start, end));
    const [lexical, style, semantic] = [square(0, 2048), square(2048, 2064), square(2064, 2192)];
    assert.ok(Math.abs(lexical / semantic - 4) < 1e-3, `${lexical} and ${semantic}`);
    assert.ok(style > 0.05 && style < 0.35, String(style));
  });

  test('puts words of one meaning nearer than others', () => {
    assert.ok(
      alike('car', 'automobile') > alike('car', 'banana') + 0.2,
      `${alike('car', 'automobile')} against ${alike('car', 'banana')}`,
    );
    assert.ok(
      alike('happy', 'joyful') > alike('happy', 'concrete') + 0.2,
      `${alike('happy', 'joyful')} against ${alike('happy', 'concrete')}`,
    );
  });

  test('puts a question in other words nearer than another question', () => {
    const asked = 'Which medicine helps against a headache?';
    const [same, other] = [
      alike(asked, 'What drug should I take when my head hurts?'),
      alike(asked, 'What stock should I buy when my salary rises?'),
    ];
    assert.ok(same > other + 0.2, `${same} against ${other}`);
  });

  test('hardly moves when case or the last mark changes', () => {
    const text = 'What is the capital of France?';
    for (const edited of [
      'what is the capital of france?',
      'WHAT IS THE CAPITAL OF FRANCE?',
      'What is the capital of France',
      'What is the capital of France ?',
    ])
      assert.ok(cosine(encode(text), encode(edited)) > 0.96, `${edited}: ${cosine(encode(text), encode(edited))}`);
  });

  test('takes any text, in bounded time: blank, marks, other scripts, emoji, half a surrogate pair, very long', () => {
    for (const text of ['', ' \n\t ', '\n'.repeat(10_000)]) assert.ok(encode(text).every((x) => x === 0));
    const spaced = `${' '.repeat(1_000_000)}x`;
    for (const text of [
      '?!',
      '.',
      '東京の人口は？',
      '🙂🙃',
      '🙂'.repeat(100_000),
      '\ud83d',
      'Ω',
      'İ'.repeat(20_000),
      'a'.repeat(1_000_000),
      'a '.repeat(500_000),
      '?'.repeat(1_000_000),
      spaced,
    ]) {
      const started = performance.now();
      const vector = encode(text);
      const took = performance.now() - started;
      assert.ok(took < 250, `${text.slice(0, 10)} took ${took} ms`);
      assert.ok(vector.every(Number.isFinite), text.slice(0, 10));
      assert.ok(Math.abs(dot(vector, vector) - 1) < 1e-4, text.slice(0, 10));
    }
  });

  test('reads the first 400 words for meaning, and no others', () => {
    const start = 'the river '.repeat(200);
    assert.ok(alike(`${start} piano`, `${start} banana`) > 1 - 1e-6);
    assert.ok(alike(`piano ${start}`, `banana ${start}`) < 1 - 1e-5);
  });
});

describe('files of the static encoder', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pointsman-static-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const refuses = (damage: () => void, expected: RegExp): void => {
    cpSync(STATIC_FOLDER, folder, { recursive: true });
    damage();
    assert.throws(
      () => openStaticEncoder(folder),
      (error: PointsmanError) =>
        error.code === 'encoder_unavailable' && expected.test(error.message) && error.message.includes(folder),
    );
  };
  const [table, words] = [join(folder, TABLE_FILE), join(folder, WORDS_FILE)];

  test('are named when they are missing, with the script that makes them', () => {
    refuses(() => rmSync(table), /static\.safetensors: ENOENT.*npm run encoder:distil/);
    refuses(() => rmSync(words), /words\.txt: ENOENT/);
  });

  test('are refused when they are damaged', () => {
    refuses(() => truncateSync(table, 4), /static\.safetensors: is cut off/);
    refuses(() => truncateSync(table, 100), /is cut off/);
    refuses(() => truncateSync(table, 1_000_000), /their hash is not the one in the header/);
    refuses(() => writeFileSync(words, `x${readFileSync(words, 'utf8')}`), /their hash is not the one in the header/);
    refuses(() => {
      const bytes = readFileSync(table);
      bytes[2_000_000]! ^= 1;
      writeFileSync(table, bytes);
    }, /their hash/);
    refuses(() => {
      const bytes = readFileSync(table);
      bytes.write('!', 8);
      writeFileSync(table, bytes);
    }, /header is not JSON/);
    refuses(() => {
      const bytes = readFileSync(table);
      bytes.write(bytes.toString('latin1', 0, 400).replace('"F32"', '"F64"'), 0, 'latin1');
      writeFileSync(table, bytes);
    }, /static\.safetensors, header.*scales\.dtype/s);
  });
});
