import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { loadRedaction, redactBy } from '../../src/base/redact.js';
import { keptLog } from '../decision/parts.js';

function moduleOf(t: TestContext, text: string, name = 'redact.mjs'): string {
  const folder = mkdtempSync(join(tmpdir(), 'pointsman-redact-'));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

describe('redaction', () => {
  test('is the default export of a module, at once or as a promise', async (t) => {
    const { log } = keptLog();
    const body = "text.replaceAll(/\\d{4}/g, '####')";
    for (const [code, name] of [
      [`export default (text) => ${body};`, 'a.mjs'],
      [`export default async (text) => ${body};`, 'b.mjs'],
      [`module.exports = (text) => ${body};`, 'c.cjs'],
    ] as const)
      assert.equal(await (await loadRedaction(moduleOf(t, code, name), log))('card 1234'), 'card ####');
  });

  test('that fails leaves nothing of the text, nor in the log', async () => {
    const { log, lines } = keptLog();
    for (const hook of [
      (text: string) => {
        throw new RangeError(`can't do ${text}`);
      },
      async (text: string) => Promise.reject(new Error(text)),
      () => undefined,
      (text: string) => [text],
    ])
      assert.equal(await redactBy(hook, log)('a secret'), null);
    assert.equal(lines.length, 4);
    assert.match(lines[0]!, /RangeError.*POINTSMAN_REDACT/);
    assert.doesNotMatch(lines.join('\n'), /secret/);
    assert.equal(await redactBy(() => ' ', log)('a secret'), null, 'of which nothing is left');
    assert.equal(lines.length, 4);
  });

  test('that is no module with a function is refused, as a setting', async (t) => {
    const { log } = keptLog();
    for (const [path, message] of [
      ['/nowhere/redact.js', /POINTSMAN_REDACT: expected a module.*could not load \/nowhere/],
      [moduleOf(t, 'export const redact = 1;'), /got none/],
      [moduleOf(t, 'export default "no";'), /got a string/],
      [moduleOf(t, 'export default ('), /could not load/],
    ] as const)
      await assert.rejects(loadRedaction(path, log), { code: 'invalid_config', message });
  });
});
