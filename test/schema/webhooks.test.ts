import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DriftSettings } from '../../src/schema/drift.js';

const takes = (url: string): boolean => DriftSettings.safeParse({ webhooks: [url] }).success;

test('a webhook is a URI: what is none is to be percent-encoded', () => {
  for (const url of [
    'http://127.0.0.1:1/',
    'https://a.example/b?c=d&e#f',
    'http://[::1]:80/%00',
    'http://xn--mller-kva.de',
  ])
    assert.ok(takes(url), url);
  for (const url of [
    'http://a.example/\u0000',
    'http://a.example/a b',
    'http://a.example/{id}',
    'http://a.example/%zz',
  ])
    assert.ok(!takes(url), url);
  for (const url of ['ftp://a.example/', 'a.example', '', 'http://'.padEnd(2001, 'x')]) assert.ok(!takes(url), url);
});
