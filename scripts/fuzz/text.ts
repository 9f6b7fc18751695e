import { gzipSync } from 'node:zlib';
import { stringify } from 'yaml';
import type { Rng } from '../../src/base/rng.js';
import { oneOf } from './nasty.js';

/** A body as it is sent. */
export interface SentBody {
  bytes: Buffer;
  headers: Record<string, string>;
}

const JSON_TYPE = { 'content-type': 'application/json' };

function json(text: string, headers: Record<string, string> = {}): SentBody {
  return { bytes: Buffer.from(text), headers: { ...JSON_TYPE, ...headers } };
}

/** Repeats the first key of an object in its JSON. */
function withDoubleKey(text: string): string {
  const first = /^\{("(?:[^"\\]|\\.)*":)/.exec(text);
  return first === null ? `${text}${text}` : `{${first[1]}null,${text.slice(1)}`;
}

const WRONG_TYPES = [
  'text/plain',
  'application/xml',
  'multipart/form-data; boundary=x',
  'application/x-www-form-urlencoded',
  'application/json; charset=utf-16',
  'application/json; charset=nonsense',
  'application/json;;;=',
  'application/problem+json',
  'APPLICATION/JSON; Charset=UTF-8',
  'text/yaml',
  'x',
  '',
];

/** Longer than the service takes. */
const HUGE = 1_100_000;

/** Ways to spoil a body that is JSON. */
const SPOILERS: readonly ((text: string, rng: Rng) => SentBody)[] = [
  (text, rng) => json(text.slice(0, rng.int(text.length + 1))),
  (text) => json(withDoubleKey(text)),
  (text) => json(text.replace(/^\{/, '{"__proto__":{"admin":true},"constructor":1,')),
  (text) => json(`\ufeff${text}`),
  (text) => json(`${text},`),
  (text) => json(text.replace(/\d+(?=[,}\]])/, 'NaN')),
  (text) => json(text.replace(/:/, ': 1e999999 ,"x":')),
  (text) => json('['.repeat(50_000) + text),
  (text) => json(`{"a":${'[1,'.repeat(3000)}${text}`),
  () => json('['.repeat(20_000) + ']'.repeat(20_000)),
  () => json(`{"extra":${'{"a":'.repeat(10_000)}1${'}'.repeat(10_001)}`),
  () => json(' '.repeat(HUGE)),
  (text) => json(JSON.stringify({ query: 'y'.repeat(HUGE), text })),
  () => json(''),
  (text) => json(text, { 'content-encoding': 'gzip' }),
  (text) => ({ bytes: gzipSync(text), headers: { ...JSON_TYPE, 'content-encoding': 'gzip' } }),
  () => ({ bytes: gzipSync(Buffer.alloc(5_000_000, 0x20)), headers: { ...JSON_TYPE, 'content-encoding': 'gzip' } }),
  (text) => json(text, { 'content-encoding': 'compress, br' }),
  (text) => ({ bytes: Buffer.from(text, 'utf16le'), headers: JSON_TYPE }),
  (text, rng) => {
    const bytes = Buffer.from(text);
    if (bytes.length > 0) bytes[rng.int(bytes.length)] = rng.int(256);
    return { bytes, headers: JSON_TYPE };
  },
  (text, rng) => ({ bytes: Buffer.from(text), headers: { 'content-type': oneOf(rng, WRONG_TYPES) } }),
  (text) => ({ bytes: Buffer.from(text), headers: {} }),
  (text) => json(text, { 'transfer-encoding': 'chunked' }),
  (text) => json(text, { expect: '100-continue' }),
];

const YAML_TYPES = ['application/yaml', 'application/x-yaml', 'text/yaml'];

/** Ten levels of lists of nine aliases: a few hundred bytes that stand for 3.5 thousand million values. */
const MANY_ALIASES = Array.from({ length: 10 }, (_, i) => {
  const item = i === 0 ? 'y' : `*x${i - 1}`;
  return `x${i}: &x${i} [${Array(9).fill(item).join(',')}]\n`;
}).join('');

/** Texts of YAML that are wrong or odd: anchors that grow, types of its own, many documents. */
const ODD_YAML = [
  'a: [',
  '---\n---\na: 1',
  'a: &a [x,x,x]\nb: &b [*a,*a,*a]\nc: &c [*b,*b,*b]\nd: [*c,*c,*c]',
  MANY_ALIASES,
  '!!js/function "function(){}"',
  'id: !!binary aGVsbG8=',
  '? {a: 1}\n: 2',
  'a: 1\na: 2',
  '*nowhere',
  '\t- x',
  '<<: {size_b: 3}',
  'size_b: .inf',
  'size_b: 0o17',
  '{a: '.repeat(1500),
  '{"a":'.repeat(1000) + '1' + '}'.repeat(1000),
  '- '.repeat(3000),
];

/** A value as YAML; undefined for one that is nested too deep to write. */
function yamlOf(value: unknown): string | undefined {
  try {
    return stringify(value);
  } catch {
    return undefined;
  }
}

/** A value as a client sends it: now and then as YAML, where that is taken. */
export function bodyOf(value: unknown, takesYaml: boolean, rng: Rng): SentBody {
  const yaml = takesYaml && rng.next() < 0.4 ? yamlOf(value) : undefined;
  if (yaml !== undefined) return { bytes: Buffer.from(yaml), headers: { 'content-type': oneOf(rng, YAML_TYPES) } };
  return json(JSON.stringify(value));
}

/** A body that is spoilt: cut, doubled, of another type or encoding, too long. */
export function spoiltBody(value: unknown, takesYaml: boolean, rng: Rng): SentBody {
  if (takesYaml && rng.next() < 0.4)
    return { bytes: Buffer.from(oneOf(rng, ODD_YAML)), headers: { 'content-type': oneOf(rng, YAML_TYPES) } };
  return oneOf(rng, SPOILERS)(JSON.stringify(value), rng);
}
