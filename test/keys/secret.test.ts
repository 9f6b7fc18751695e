import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keyPartsOf, keyText, newKeyId, newSecret, sameHash, secretHash } from '../../src/keys/secret.js';

test('a key is read back in its parts, and nothing else is a key', () => {
  for (let i = 0; i < 200; i++) {
    const parts = { id: newKeyId(), secret: newSecret() };
    assert.deepEqual(keyPartsOf(keyText(parts)), parts);
  }
  const whole = keyText({ id: newKeyId(), secret: newSecret() });
  for (const text of [
    '',
    'pk_',
    whole.slice(1),
    `${whole}x`,
    ` ${whole}`,
    whole.toUpperCase(),
    whole.replace('_', '-'),
  ])
    assert.equal(keyPartsOf(text), undefined, text);
});

test('no two keys are alike, and a hash tells its secret from another', () => {
  const secrets = Array.from({ length: 1000 }, newSecret);
  assert.equal(new Set(secrets).size, secrets.length);
  assert.equal(new Set(Array.from({ length: 1000 }, newKeyId)).size, 1000);
  assert.ok(sameHash(secretHash(secrets[0]!), secretHash(secrets[0]!)));
  assert.ok(!sameHash(secretHash(secrets[0]!), secretHash(secrets[1]!)));
  assert.equal(secretHash(secrets[0]!).length, 32);
});
