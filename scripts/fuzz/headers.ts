import type { Rng } from '../../src/base/rng.js';
import { oneOf } from './nasty.js';

const ODD_HEADERS: readonly Readonly<Record<string, string>>[] = [
  { accept: 'text/html' },
  { accept: 'application/yaml' },
  { accept: 'application/json;q=0, */*;q=0.1' },
  { accept: ';;;q=x' },
  { accept: 'a/b,'.repeat(500) },
  { 'accept-encoding': 'gzip, br, *;q=0' },
  { 'accept-language': '*' },
  { authorization: 'Bearer nobody' },
  { authorization: 'Basic Og==' },
  { cookie: 'a=b; a=c; =' },
  { origin: 'null' },
  { 'x-forwarded-for': '127.0.0.1, ::1', 'x-forwarded-host': 'elsewhere.example' },
  { 'x-http-method-override': 'DELETE' },
  { host: 'elsewhere.example:1' },
  { host: '' },
  { range: 'bytes=0-0' },
  { range: 'bytes=5-2' },
  { range: 'bytes=-1,0-,3-4' },
  { range: 'lines=0-1' },
  { 'if-none-match': '*' },
  { 'if-match': '"x"' },
  { 'if-modified-since': 'yesterday' },
  { 'if-unmodified-since': 'Thu, 01 Jan 1970 00:00:00 GMT' },
  { 'if-range': '"x"', range: 'bytes=0-3' },
  { 'idempotency-key': 'same' },
  { 'idempotency-key': '' },
  { 'idempotency-key': 'x'.repeat(201) },
  { 'idempotency-key': 'a key with blanks' },
  { 'idempotency-key': '\u00fc' },
  { upgrade: 'websocket', connection: 'Upgrade' },
  { connection: 'close' },
  { te: 'trailers' },
  { 'last-event-id': '-1' },
  { 'x-long': 'x'.repeat(6000) },
  { 'x-too-long': 'x'.repeat(20_000) },
  Object.fromEntries(Array.from({ length: 150 }, (_, i) => [`x-header-${i}`, String(i)])),
];

/** Headers that clients seldom send. */
export function oddHeaders(rng: Rng): Readonly<Record<string, string>> {
  return oneOf(rng, ODD_HEADERS);
}

/** Methods that paths have not got, or have. */
export const METHODS: readonly string[] = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'TRACE',
  'PROPFIND',
  'M-SEARCH',
];
