import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { packageRoot } from '../../src/base/paths.js';
import { isPlain, oneLine, plainJson, plainLines } from '../../src/base/plain-text.js';

/** Every character that must reach no terminal, but for tabs and ends of lines. */
const CONTROLS = [
  ...Array.from({ length: 0x20 }, (_, i) => i).filter((i) => i !== 0x09 && i !== 0x0a && i !== 0x0d),
  ...Array.from({ length: 0x21 }, (_, i) => 0x7f + i),
  0x2028,
  0x2029,
  0x202a,
  0x202b,
  0x202c,
  0x202d,
  0x202e,
  0x2066,
  0x2067,
  0x2068,
  0x2069,
].map((code) => String.fromCharCode(code));
const FINE = 'HTTP 503: "Überlast" 日本 😀 שלום\u200f\u200d\u00a0\u00ad';

test('controls are replaced, and nothing else', () => {
  for (const control of CONTROLS) {
    const code = control.charCodeAt(0).toString(16);
    assert.equal(isPlain(`a${control}b`), false, code);
    assert.match(oneLine(`a${control}b`), /^a[ \uFFFD]b$/, code);
    assert.match(plainLines(`a${control}b`), /^a[ \uFFFD]b$/, code);
  }
  assert.equal(isPlain(FINE), true);
  assert.deepEqual([oneLine(FINE), plainLines(FINE), plainJson(FINE)], [FINE, FINE, FINE]);
  assert.equal(oneLine('\ud800a'), '\uFFFDa', 'half of a surrogate pair');
});

test('spaces of all kinds are spaces, and lines stay lines where there may be some', () => {
  const text = 'a\tb\nc\r\nd\re\vf\u0085g\u2028h';
  assert.equal(oneLine(text), 'a b c d e f g h');
  assert.equal(plainLines(text), 'a\tb\nc\nd\ne f g h');
  assert.deepEqual([oneLine(oneLine(text)), plainLines(plainLines(text))], [oneLine(text), plainLines(text)]);
});

test('what a terminal obeys is text afterwards', () => {
  assert.equal(oneLine('\u001b[2J\u001b]0;title\u0007red'), '\uFFFD[2J\uFFFD]0;title\uFFFDred');
  assert.equal(oneLine('user\u202Egpj.exe'), 'user\uFFFDgpj.exe');
});

test('JSON means the same with controls escaped', () => {
  const value = { text: CONTROLS.join('\n'), [`a${CONTROLS.at(-1)}`]: [FINE] };
  const json = plainJson(JSON.stringify(value, null, 2));
  assert.deepEqual(JSON.parse(json), value);
  assert.equal(isPlain(json.replaceAll('\n', '')), true);
});

test('a line of the log is one line of JSON, whatever is logged', () => {
  const log = pathToFileURL(join(packageRoot, 'dist/src/base/log.js')).href;
  const said = JSON.stringify(`${CONTROLS.join('')}\r\n\t`);
  const script =
    `import(${JSON.stringify(log)}).then(({ createLogger }) => ` +
    `createLogger('info').info({ error: ${said} }, ${said}))`;
  const { stderr } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8', timeout: 30_000 });
  assert.equal(isPlain(stderr.slice(0, -1)), true, JSON.stringify(stderr));
  const line = JSON.parse(stderr) as { error: string; msg: string };
  assert.deepEqual([line.error, line.msg], [JSON.parse(said), JSON.parse(said)]);
});
