import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { after, before, describe, test } from 'node:test';
import { problemIn, startService, type Service } from './service.js';

let service: Service;
before(async () => {
  service = await startService();
});
after(() => service.remove());

function put(body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string>): Promise<Response> {
  return fetch(`${service.url}/v1/models/b%2Fody`, { method: 'PUT', body, headers });
}

const putYaml = (body: string): Promise<Response> => put(body, { 'content-type': 'application/yaml' });
const putJson = (body: string): Promise<Response> => put(body, { 'content-type': 'application/json' });

const numbered = (count: number, line: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => line(i)).join('');

describe('A YAML body', () => {
  test('as long as a description may be is taken', async () => {
    const description = '  A line of nineteen.\n'.repeat(1000);
    const text = `description: |\n${description}benchmarks:\n${numbered(400, (i) => `  b${i}: 0.5\n`)}`;
    assert.equal((await putYaml(text)).status, 201);
  });

  test('of more than 64 KiB is refused, and JSON of that length is not', async () => {
    const description = 'x'.repeat(15_000);
    const long = `${`#${'y'.repeat(1000)}\n`.repeat(66)}description: ${description}`;
    const problem = await problemIn(await putYaml(long));
    assert.deepEqual([problem.status, problem.code], [413, 'payload_too_large']);
    assert.match(problem.detail, /65536 bytes/);
    assert.ok((await putJson(`${' '.repeat(70_000)}${JSON.stringify({ description })}`)).ok);
  });

  test('of many symbols is refused with their number', async () => {
    for (const text of [
      numbered(6000, (i) => `k${i}: 1\n`),
      `{${numbered(6000, (i) => `${i.toString(36)},`)}}`,
      `[${','.repeat(20_000)}]`,
      numbered(6000, (i) => `- &a${i} 1\n`),
      '\n'.repeat(20_000),
    ]) {
      const problem = await problemIn(await putYaml(text));
      assert.equal(problem.code, 'payload_too_large', text.slice(0, 40));
      assert.match(problem.detail, /at most 4000 symbols/);
    }
  });

  test('has each key once, at any level, and says where it has not', async () => {
    for (const [text, place] of [
      ['size_b: 1\nsize_b: 2\n', 'line 2, column 1'],
      ['extra:\n  a: 1\n  b: 2\n  a: 3\n', 'line 4, column 3'],
      ['extra: {a: 1, "a": 2}\n', 'line 1, column 15'],
      ['tags:\n  - {a: 1, a: 2}\n', 'line 2, column 12'],
    ] as const) {
      const problem = await problemIn(await putYaml(text));
      assert.equal(problem.code, 'invalid_yaml', text);
      assert.ok(problem.detail.endsWith(`Map keys must be unique at ${place}`), problem.detail);
    }
  });

  test('is one document', async () => {
    for (const text of ['---\nsize_b: 1\n---\nsize_b: 2\n', 'a\n...\n'.repeat(500)]) {
      const problem = await problemIn(await putYaml(text));
      assert.equal(problem.code, 'invalid_yaml');
      assert.match(problem.detail, /More than one document at line \d+/);
    }
  });

  test('nested deep is refused, not crashed on', async () => {
    for (const text of ['['.repeat(3900), '{a: '.repeat(700), '? '.repeat(1900), '- '.repeat(1900)]) {
      const problem = await problemIn(await putYaml(text));
      assert.equal(problem.code, 'invalid_yaml', text.slice(0, 10));
      assert.match(problem.detail, /More than 100 levels/);
    }
  });

  test('may have aliases, but not many, nor such as unfold to much or to themselves', async () => {
    assert.ok((await putYaml('extra:\n  a: &a [1, 2]\n  b: *a\n')).ok);
    const cases: [string, string, RegExp][] = [
      [`- &a 1\n${'- *a\n'.repeat(101)}`, 'invalid_yaml', /More than 100 aliases at line 102/],
      ['extra: &a\n  x: *a\n', 'invalid_request', /at most 100 levels/],
      [
        `extra:\n  a: &a [${'1,'.repeat(500)}]\n  b: [${'*a,'.repeat(50)}]\n`,
        'invalid_request',
        /at most 10000 values/,
      ],
      [numbered(9, (i) => `a${i}: &a${i} [${i ? `*a${i - 1},`.repeat(9) : 'x'}]\n`), 'invalid_yaml', /Excessive alias/],
      ['extra: *nobody\n', 'invalid_yaml', /nobody/],
    ];
    for (const [text, code, message] of cases) {
      const problem = await problemIn(await putYaml(text));
      assert.equal(problem.code, code, text.slice(0, 60));
      assert.match(problem.detail, message);
    }
  });

  test('has texts for keys, as JSON has, and no merging', async () => {
    assert.equal((await problemIn(await putYaml('extra:\n  ? [a]\n  : 1\n'))).code, 'invalid_yaml');
    const answer = await putYaml('%YAML 1.1\n---\nextra:\n  1: &a {x: y}\n  <<: *a\n');
    assert.deepEqual(((await answer.json()) as { extra: unknown }).extra, { '1': { x: 'y' }, '<<': { x: 'y' } });
  });

  test('has no values that JSON has not', async () => {
    for (const text of ['!!omap\n- size_b: 1\n', '!!set {size_b}\n'])
      assert.equal((await problemIn(await putYaml(text))).code, 'invalid_request', text);
    const answer = await putYaml('extra:\n  a: !!binary aGk=\n  b: 2026-01-01\n');
    assert.deepEqual(((await answer.json()) as { extra: unknown }).extra, { a: 'aGk=', b: '2026-01-01' });
  });

  test('is not quoted where it is wrong, nor logged', async () => {
    for (const text of [
      'size_b: 8\n]my secret',
      'family: "my secret\n',
      '@my secret: 1',
      '{my secret',
      '%TAG my secret\n',
    ])
      assert.ok(!(await (await putYaml(text)).text()).includes('secret'), text);
    assert.ok(!service.logLines.some((line) => line.includes('secret')));
  });
});

describe('A JSON body', () => {
  const nested = (depth: number): string => `{"extra":{"a":${'['.repeat(depth)}"]}"${']'.repeat(depth)}}}`;

  test('nested 100 deep is taken, and one deeper is refused', async () => {
    assert.ok((await putJson(nested(98))).ok);
    assert.equal((await fetch(`${service.url}/v1/models/b%2Fody`, { headers: { accept: 'text/yaml' } })).status, 200);
    for (const [text, headers] of [
      [nested(99), {}],
      [nested(60_000), {}],
      [nested(99), { 'content-type': 'application/json; charset=utf-8' }],
    ] as const) {
      const problem = await problemIn(await put(text, { 'content-type': 'application/json', ...headers }));
      assert.equal(problem.code, 'invalid_request');
      assert.match(problem.detail, /at most 100 levels/);
    }
  });

  test('with brackets in its texts is as deep as it is', async () => {
    const extra = { a: '['.repeat(1000), b: `"\\"${'{'.repeat(1000)}`, ['\\']: '\\' };
    assert.deepEqual(((await (await putJson(JSON.stringify({ extra }))).json()) as { extra: unknown }).extra, extra);
  });

  test('with a thousand faults is told of a hundred, and with ten thousand fields is not looked at', async () => {
    const fields = (count: number): object => Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, 2]));
    for (const value of [fields(1500), { benchmarks: fields(1500) }]) {
      const problem = await problemIn(await putJson(JSON.stringify(value)));
      assert.equal(problem.code, 'invalid_request');
      assert.equal(problem.issues?.length, 100);
    }
    const problem = await problemIn(await putJson(JSON.stringify({ benchmarks: fields(10_000) })));
    assert.match(problem.detail, /expected at most 2000 fields, got 10001/);
  });

  test('of a profile is taken up to 128 KiB, however it comes', async () => {
    const text = JSON.stringify({ extra: { pad: 'x'.repeat(131_072) } });
    for (const headers of [{}, { 'content-encoding': 'gzip' }] as Record<string, string>[]) {
      const body = 'content-encoding' in headers ? new Uint8Array(gzipSync(text)) : text;
      const problem = await problemIn(await put(body, { 'content-type': 'application/json', ...headers }));
      assert.equal(problem.code, 'payload_too_large');
    }
    assert.ok((await putJson(JSON.stringify({ extra: { pad: 'x'.repeat(131_000) } }))).ok);
  });

  test('that unpacks to much is refused, and so is YAML', async () => {
    for (const type of ['application/json', 'application/yaml']) {
      const packed = new Uint8Array(gzipSync(Buffer.alloc(20_000_000, ' ')));
      const problem = await problemIn(await put(packed, { 'content-type': type, 'content-encoding': 'gzip' }));
      assert.equal(problem.code, 'payload_too_large');
    }
  });

  test('of no bytes in parts is none', async () => {
    const empty = new ReadableStream({ start: (controller) => controller.close() });
    const answer = await fetch(`${service.url}/v1/models/b%2Fody`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: empty,
      duplex: 'half',
    });
    assert.match((await problemIn(answer)).detail, /nothing/);
  });
});
