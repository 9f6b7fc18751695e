import assert from 'node:assert/strict';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { createSecrets } from '../../src/providers/secrets.js';
import type { ProviderName } from '../../src/schema/provider.js';
import { temporaryFolder } from '../support/temporary.js';

const name = 'p' as ProviderName;
const SECRET = 'sk-proj-0123456789abcdefXYZ';

describe('the key of a provider', () => {
  test('is read from the environment, trimmed', () => {
    const secrets = createSecrets({ env: { KEY: ` ${SECRET}\n` }, clock: () => 0 });
    assert.equal(secrets.keyOf({ name, key_env: 'KEY' }), SECRET);
    assert.deepEqual(secrets.stateOf({ name, key_env: 'KEY' }), { key: 'set' });
    assert.equal(secrets.keyOf({ name }), null);
    assert.deepEqual(secrets.stateOf({ name }), { key: 'none' });
  });

  test('is read from a file, and read again a second later, however the file was replaced', (t) => {
    const { path, remove } = temporaryFolder();
    t.after(remove);
    const file = join(path, 'key');
    let now = 1_000_000;
    const secrets = createSecrets({ env: {}, clock: () => now });
    const key = () => secrets.keyOf({ name, key_file: file });
    writeFileSync(file, `${SECRET}\n`);
    assert.equal(key(), SECRET);
    writeFileSync(file, 'written-over');
    assert.equal(key(), SECRET);
    now += 1_000;
    assert.equal(key(), 'written-over');
    writeFileSync(`${file}.new`, 'moved-there!');
    renameSync(`${file}.new`, file);
    now += 1_000;
    assert.equal(key(), 'moved-there!');
    rmSync(file);
    now += 1_000;
    assert.throws(key, {
      code: 'invalid_config',
      message: `The key of provider p: the file ${file} can't be read (ENOENT)`,
    });
    writeFileSync(file, 'there again');
    now -= 10_000;
    assert.throws(key, { message: /expected visible ASCII characters/ }, 'a clock that was set back holds nothing up');
  });

  test('that is missing or can’t be sent is named by its place, never shown', (t) => {
    const { path, remove } = temporaryFolder();
    t.after(remove);
    mkdirSync(join(path, 'folder'));
    writeFileSync(join(path, 'large'), 'x'.repeat(20_000));
    const env = { EMPTY: ' ', LINES: `${SECRET}\r\nX-Evil: 1`, UMLAUT: `${SECRET}ä` };
    const secrets = createSecrets({ env, clock: () => 0 });
    for (const [place, why] of [
      [{ key_env: 'NOWHERE' }, 'the environment variable NOWHERE is not set'],
      [{ key_env: 'EMPTY' }, 'the environment variable EMPTY is empty'],
      [
        { key_env: 'LINES' },
        'the environment variable LINES: expected visible ASCII characters without spaces, got others',
      ],
      [
        { key_env: 'UMLAUT' },
        'the environment variable UMLAUT: expected visible ASCII characters without spaces, got others',
      ],
      [{ key_file: join(path, 'folder') }, `the file ${join(path, 'folder')}: expected a file, got something else`],
      [
        { key_file: join(path, 'large') },
        `the file ${join(path, 'large')}: expected a key of at most 16384 bytes, got 20000`,
      ],
    ] as const) {
      assert.deepEqual(secrets.stateOf({ name, ...place }), { key: 'missing', why });
      assert.throws(() => secrets.keyOf({ name, ...place }), {
        code: 'invalid_config',
        message: `The key of provider p: ${why}`,
      });
    }
  });
});

describe('redaction', () => {
  const QUOTED = 'a"b\\c/d+e=0123456789';
  let now = 0;
  const env: NodeJS.ProcessEnv = { KEY: SECRET, QUOTED, SHORT: 'abc', BRIEF: 'ollama' };
  const secrets = createSecrets({ env, clock: () => now });
  for (const key_env of Object.keys(env)) secrets.keyOf({ name, key_env });

  test('takes every key out of a text, and long beginnings of it', () => {
    assert.equal(secrets.redact(`Bearer ${SECRET}, again ${SECRET}${SECRET}.`), 'Bearer [key], again [key][key].');
    assert.equal(secrets.redact(`wrong key ${SECRET.slice(0, 15)}***XYZ`), 'wrong key [key]***XYZ');
    assert.equal(secrets.redact('cut: sk-proj-012'), 'cut: sk-proj-012', 'eleven characters may be another key’s');
    assert.equal(secrets.redact('the key ollama'), 'the key [key]');
    assert.equal(secrets.redact('abc'), 'abc', 'nobody’s secret');
    assert.equal(secrets.redact(''), '');
  });

  test('knows keys as JSON and URLs have them', () => {
    assert.equal(secrets.redact(JSON.stringify({ key: QUOTED })), '{"key":"[key]"}');
    assert.equal(secrets.redact(`?key=${encodeURIComponent(QUOTED)}&a=1`), '?key=[key]&a=1');
  });

  test('knows the key before a rotation, too', () => {
    env['KEY'] = 'another-key-0123456789';
    now += 1_000;
    secrets.keyOf({ name, key_env: 'KEY' });
    assert.equal(secrets.redact(`${SECRET} ${env['KEY']}`), '[key] [key]');
  });
});
