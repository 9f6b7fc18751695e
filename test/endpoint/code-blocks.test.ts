import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { codeParses } from '../../src/endpoint/code-blocks.js';

const block = (language: string, code: string): string =>
  `Here it is:\n\n\`\`\`${language}\n${code}\n\`\`\`\nThat is all.`;

describe('code in an answer', () => {
  test('parses, or does not, where it is JSON or JavaScript', () => {
    for (const [language, code] of [
      ['json', '{"a": [1, 2]}'],
      ['js', 'const f = (a) => a + 1;'],
      ['JavaScript', 'const r = await fetch(url);\nreturn r.json();'],
      ['js', 'if (a < b) { throw new Error(`no ${c}`); }'],
    ] as const)
      assert.equal(codeParses(block(language, code)), true, code);
    for (const [language, code] of [
      ['json', '{"a": 1,}'],
      ['js', 'const f = (a => a + 1;'],
      ['js', 'function f() { let a; let a; }'],
    ] as const)
      assert.equal(codeParses(block(language, code)), false, code);
    assert.equal(codeParses(block('json', '1') + block('json', '{')), false, 'all of it has to');
  });

  test('tells nothing where there is none, or where it is not meant to parse by itself', () => {
    for (const text of [
      '',
      'no code',
      block('', '{'),
      block('python', 'def f(:'),
      block('json', '{\n  "a": 1,\n  ...\n}'),
      block('json', '{\n  // its name\n  "a": 1\n}'),
      block('js', 'import a from "a";\nconst b = ;'),
      block('js', 'return <div>Hello</div>;'),
      block('js', ''),
      '```json\n{ "cut": ',
    ])
      assert.equal(codeParses(text), undefined, text);
  });

  test('is not run', () => {
    assert.equal(codeParses(block('js', 'globalThis.ran = true; process.exit(1);')), true);
    assert.equal('ran' in globalThis, false);
  });

  test('a fence of tildes, or of more backticks, holds fences of fewer', () => {
    assert.equal(codeParses('~~~json\n{"a": 1}\n~~~'), true);
    assert.equal(codeParses('````md\n```json\n{\n```\n````'), undefined);
  });
});
