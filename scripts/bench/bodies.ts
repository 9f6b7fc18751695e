/**
 * How long one body holds up the event loop of the service, by kind: YAML and JSON that cost their readers most for
 * each byte, against a plain JSON of the same size. Bodies of YAML are as large as is taken. Bounded: about 20 seconds.
 *
 *     node dist/scripts/bench/bodies.js [--tries 5] [--only TEXT]
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { Lexer } from 'yaml';
import { packageRoot } from '../../src/base/paths.js';
import { MAX_YAML_BYTES, MAX_YAML_SYMBOLS } from '../../src/http/kit/yaml.js';

const { values } = parseArgs({ options: { tries: { type: 'string', default: '5' }, only: { type: 'string' } } });

const YAML_BYTES = MAX_YAML_BYTES;
/** The longest profile. */
const JSON_BYTES = 128 * 1024 - 16;

/** A text of `bytes`, of pieces by their number. */
function fill(bytes: number, piece: (i: number) => string): string {
  const pieces: string[] = [];
  for (let i = 0, length = 0; length < bytes; i++) length += pieces[pieces.push(piece(i)) - 1]!.length;
  return pieces.join('').slice(0, bytes);
}

/** A YAML text of pieces by their number: as many as are taken, by bytes and by symbols. */
function most(piece: (i: number) => string, head = '', tail = ''): string {
  const symbols = Array.from(new Lexer().lex(head + fill(8 * 1024, piece) + tail)).length;
  const text = fill(Math.min(YAML_BYTES - 1000, (8 * 1024 * MAX_YAML_SYMBOLS) / symbols), piece);
  for (let length = text.length; ; length -= 50) {
    const whole = head + text.slice(0, length).replace(/[^\n]*$/, '') + tail;
    if (Array.from(new Lexer().lex(whole)).length <= MAX_YAML_SYMBOLS) return whole;
  }
}

const yaml: Record<string, string> = {
  'plain text': `description: ${'word '.repeat((YAML_BYTES - 20) / 5)}`,
  keys: most((i) => `k${i}: 1\n`),
  'keys in flow': most((i) => `${i.toString(36)},\n`, '{', '}'),
  'keys that are lists': most((i) => `? [${i}]\n: 1\n`),
  'the same key': most(() => 'a: 1\n'),
  'a list': most(() => '1,\n', '[', ']'),
  'deep lists': '['.repeat(4000),
  'deep objects': '{a: '.repeat(1000),
  'deep dashes': '- '.repeat(2000),
  anchors: most((i) => `- &a${i} 1\n`),
  aliases: most((i) => `- &a${i} 1\n- *a${i}\n`),
  'aliases that unfold to as much as is taken': `a: &a [${'1,'.repeat(90)}]\nb: [${'*a,'.repeat(90)}]\n`,
  'a bomb of aliases': most((i) => `a${i}: &a${i} [${i ? `*a${i - 1},`.repeat(9) : 'x'}]\n`),
  'an alias of itself': 'extra: &a\n  x: *a\n',
  documents: most(() => '---\n'),
  directives: most(() => '%A\n'),
  tags: most(() => '- !a x\n'),
  'an !!omap': most((i) => `- k${i}: 1\n`, '!!omap\n'),
  comments: most(() => '#\n'),
  'line ends': '\n'.repeat(MAX_YAML_SYMBOLS - 10),
  commas: '[' + ','.repeat(MAX_YAML_SYMBOLS - 10),
  'closing brackets': ']'.repeat(MAX_YAML_SYMBOLS - 10),
  'reserved signs': most(() => '- @\n'),
  tabs: most(() => 'a:\n\t- b\n'),
  'a quoted text without end': `"${'a\n'.repeat(YAML_BYTES / 2 - 1)}`,
  escapes: `"${'\\x41'.repeat(YAML_BYTES / 4 - 1)}"`,
  digits: `${'1'.repeat(YAML_BYTES - 1)}x`,
  spaces: `${' '.repeat(YAML_BYTES - 1)}x`,
  '64 KiB of keys': fill(YAML_BYTES, (i) => `k${i}: 1\n`),
  '600 kB of keys': fill(600_000, (i) => `k${i}: 1\n`),
};
const json: Record<string, string> = {
  'plain text': JSON.stringify({ description: 'x'.repeat(JSON_BYTES - 20) }),
  keys: `{${fill(JSON_BYTES - 20, (i) => `"k${i}":1,`).replace(/,[^,]*$/, '')}}`,
  'keys of what is measured': `{"benchmarks":{${fill(JSON_BYTES - 60, (i) => `"k${i}":2,`).replace(/,[^,]*$/, '')}}}`,
  list: `[${'1,'.repeat(JSON_BYTES / 2 - 2)}1]`,
  'deep lists': '['.repeat(JSON_BYTES / 2) + ']'.repeat(JSON_BYTES / 2),
  'deep lists where anything may stand': `{"extra":{"a":${'['.repeat(500_000)}${']'.repeat(500_000)}}}`,
  'deep lists without end': '['.repeat(JSON_BYTES),
  'a text without end': `{"description":"${'a'.repeat(JSON_BYTES - 20)}`,
  'escapes without end': `{"description":"${'\\n'.repeat(JSON_BYTES / 2 - 20)}`,
  'line ends, then a fault': `${'\n'.repeat(JSON_BYTES - 1)}x`,
  'digits, then a fault': `${'1'.repeat(JSON_BYTES - 1)}x`,
  'keys, then a fault': `{${fill(JSON_BYTES - 2, (i) => `"k${i}":1,`)}`,
};

interface Kind {
  kind: string;
  type: string;
  body: string | Uint8Array<ArrayBuffer>;
  encoding?: string;
}

const kinds: Kind[] = [
  ...Object.entries(yaml).map(([kind, body]) => ({ kind: `YAML: ${kind}`, type: 'application/yaml', body })),
  ...Object.entries(json).map(([kind, body]) => ({ kind: `JSON: ${kind}`, type: 'application/json', body })),
  ...['application/json', 'application/yaml'].map((type) => ({
    kind: 'gzip of 100 MiB of spaces',
    type,
    body: new Uint8Array(gzipSync(Buffer.alloc(100 * JSON_BYTES, ' '))),
    encoding: 'gzip',
  })),
];

const child = fork(join(packageRoot, 'dist/scripts/bench/service.js'));
const [{ url }] = (await once(child, 'message')) as [{ url: string }];

async function longestDelay(): Promise<number> {
  const answer = once(child, 'message');
  child.send('delay');
  return ((await answer) as [number])[0];
}

/** Longest that the service's event loop waits for a body, in milliseconds, and how it is answered. */
async function measure({ type, body, encoding }: Omit<Kind, 'kind'>): Promise<{ delay: number; status: number }> {
  await longestDelay();
  await pause(20);
  const { status } = await fetch(`${url}/v1/models/bench%2Fbody`, {
    method: 'PUT',
    headers: { 'content-type': type, ...(encoding === undefined ? {} : { 'content-encoding': encoding }) },
    body,
  }).then(async (response) => {
    await response.arrayBuffer();
    return response;
  });
  await pause(20);
  return { delay: await longestDelay(), status };
}

const rows: Record<string, string | number>[] = [];
for (const { kind, ...one } of kinds.filter(({ kind: name }) => name.includes(values.only ?? ''))) {
  const { delay: first, status } = await measure(one);
  const plain = JSON.stringify({ description: 'x'.repeat(Math.max(0, one.body.length - 18)) });
  const [own, beside] = [[] as number[], [] as number[]];
  for (let i = 1; i < Number(values.tries); i++) {
    own.push((await measure(one)).delay);
    beside.push((await measure({ type: 'application/json', body: plain })).delay);
  }
  rows.push({
    body: kind,
    bytes: one.body.length,
    status,
    'ms, first': first.toFixed(1),
    'then at most': Math.max(...own).toFixed(1),
    median: own.toSorted((a, b) => a - b)[own.length >> 1]!.toFixed(1),
    'plain JSON of that size, at most': Math.max(...beside).toFixed(1),
  });
}
child.disconnect();
await once(child, 'exit');
console.table(rows);
