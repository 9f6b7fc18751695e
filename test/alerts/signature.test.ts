import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { packageRoot } from '../../src/base/paths.js';
import { readSecrets, signedHeaders } from '../../src/alerts/signature.js';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const MESSAGE = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', at: 1_614_265_330_999, body: '{"test": 2432232314}' };

/** Whether a key has signed a message, by other means than ours: the Web Crypto API. */
async function verifies(secret: string, headers: Record<string, string>, body: string): Promise<boolean> {
  const { subtle } = globalThis.crypto;
  const bytes = Uint8Array.from(atob(secret.replace('whsec_', '')), (c) => c.charCodeAt(0));
  const key = await subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['verify']);
  const content = new TextEncoder().encode(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`);
  for (const signature of headers['webhook-signature']!.split(' ')) {
    assert.match(signature, /^v1,/);
    const signed = Uint8Array.from(atob(signature.slice(3)), (c) => c.charCodeAt(0));
    if (await subtle.verify('HMAC', key, signed, content)) return true;
  }
  return false;
}

test('signs as the published example of Standard Webhooks does', () => {
  assert.deepEqual(signedHeaders(readSecrets(SECRET), MESSAGE), {
    'webhook-id': MESSAGE.id,
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  });
});

test('every key signs, and none signs another body', async () => {
  const other = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
  const body = '{"event":"drift","task":"日本 😀"}';
  const headers = signedHeaders(readSecrets(` ${SECRET}  ${other}\n`), { ...MESSAGE, body });
  for (const secret of [SECRET, other]) {
    assert.equal(await verifies(secret, headers, body), true);
    assert.equal(await verifies(secret, headers, `${body} `), false);
    assert.equal(await verifies(secret, { ...headers, 'webhook-timestamp': '1614265331' }, body), false);
  }
  assert.equal(await verifies(Buffer.alloc(24).toString('base64'), headers, body), false);
});

test('where there is no key there is no signature', () => {
  assert.deepEqual(Object.keys(signedHeaders(readSecrets(''), MESSAGE)), ['webhook-id', 'webhook-timestamp']);
});

test('a secret that is no base64, too short or too long is refused, and not shown', () => {
  const tooLong = Buffer.alloc(65, 1).toString('base64');
  for (const [secret, got] of [
    ['hunter2-hunter2-hunter2-hunter2-hunter2', /got other characters than base64 has$/],
    ['whsec_', /got that of 0 bytes$/],
    [`${SECRET} ${Buffer.alloc(23, 1).toString('base64')}`, /got that of 23 bytes$/],
    [tooLong, /got that of 65 bytes$/],
  ] satisfies [string, RegExp][])
    assert.throws(
      () => readSecrets(secret),
      (error: Error & { code: string }) => {
        assert.equal(error.code, 'invalid_config');
        assert.match(error.message, /^POINTSMAN_WEBHOOK_SECRET: expected whsec_ and the base64 of 24 to 64 bytes/);
        assert.match(error.message, got);
        assert.doesNotMatch(error.message, /hunter2|MfKQ|AQEB/);
        return true;
      },
    );
});

/** Programs of docs/operations.md that answer whether a message is ours, as a receiver would run them. */
const RECEIVERS = {
  js: ['node', '--input-type=module', '-e'],
  python: ['python3', '-c'],
} as const;
const ASKED = {
  js: `import { readFileSync } from 'node:fs';
    const { secret, headers, body } = JSON.parse(readFileSync(0, 'utf8'));
    console.log(headers.map((one) => verifies(secret, one, Buffer.from(body))).join(' '));`,
  python: `import json, sys
asked = json.load(sys.stdin)
print(" ".join(str(verifies(asked["secret"], one, asked["body"].encode())).lower() for one in asked["headers"]))`,
};

/** False where there is the program, else why its test is left out; throws with CI=true. */
function lacking(program: string): string | false {
  const { status } = spawnSync(program, ['--version']);
  if (status === 0) return false;
  if (process.env['CI'] === 'true') throw new Error(`${program} not found`);
  return `${program} not found`;
}

for (const language of ['js', 'python'] as const)
  test(
    `the ${language} that the documentation shows takes what we sign, and answers false to all else`,
    { skip: lacking(RECEIVERS[language][0]) },
    () => {
      const docs = readFileSync(join(packageRoot, 'docs', 'operations.md'), 'utf8');
      const program = docs.split(`\`\`\`${language}\n`)[1]!.split('```')[0]!;
      const body = '{"task":"日本 😀"}';
      const signedAt = (at: number): Record<string, string> =>
        signedHeaders(readSecrets(SECRET), { id: 'msg', at, body });
      const ours = signedAt(Date.now());
      const without = (name: string): object => ({ ...ours, [name]: undefined });
      const others = [
        {},
        without('webhook-signature'),
        without('webhook-id'),
        without('webhook-timestamp'),
        { ...ours, 'webhook-signature': 'v1,é v1, v1' },
        { ...ours, 'webhook-timestamp': 'now' },
        { ...ours, 'webhook-id': 'another' },
        signedAt(Date.now() - 600_000),
      ];
      const [command, ...args] = RECEIVERS[language];
      const input = JSON.stringify({ secret: SECRET, headers: [ours, ...others], body });
      const ran = spawnSync(command, [...args, `${program}\n${ASKED[language]}`], { input, encoding: 'utf8' });
      assert.equal(ran.stdout.trim(), ['true', ...others.map(() => 'false')].join(' '), ran.stderr);
    },
  );
