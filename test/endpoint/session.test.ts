import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SESSION_HEADERS, sessionOf } from '../../src/endpoint/session.js';
import type { KeyId, TenantId } from '../../src/schema/ids.js';
import { callOf } from './calls.js';

const ME = { key: 'k1' as KeyId, tenant: 't' as TenantId };
const call = callOf(['Hello']);

test('a header names the conversation, before the body and how it began', () => {
  for (const name of SESSION_HEADERS) {
    const named = sessionOf({ [name]: 'abc' }, call, ME);
    assert.match(named, /^[0-9a-f]{64}$/);
    assert.equal(sessionOf({ [name]: ' abc ' }, callOf(['Other'], { session: 's' }), ME), named, name);
    assert.notEqual(sessionOf({ [name]: 'abd' }, call, ME), named);
  }
  const [first, second] = [SESSION_HEADERS[0], SESSION_HEADERS[1]];
  assert.equal(sessionOf({ [second]: 'b', [first]: 'a' }, call, ME), sessionOf({ [first]: 'a' }, call, ME));
  assert.equal(sessionOf({ [first]: ' ' }, call, ME), sessionOf({}, call, ME), 'an empty one names nothing');
});

test('without a header the body does, else how it began', () => {
  const named = { session: 's' };
  assert.equal(sessionOf({}, callOf(['a'], named), ME), sessionOf({}, callOf(['b'], named), ME));
  assert.equal(sessionOf({}, callOf(['a']), ME), sessionOf({}, callOf(['a', 'b', 'c']), ME));
  assert.notEqual(sessionOf({}, callOf(['a']), ME), sessionOf({}, callOf(['b']), ME));
  const same = callOf(['a'], { opening: 'x' });
  assert.equal(new Set([{}, { 'x-session-id': 'x' }].map((headers) => sessionOf(headers, same, ME))).size, 2);
  assert.notEqual(sessionOf({}, callOf(['a'], { session: same.opening }), ME), sessionOf({}, same, ME));
});

test('nobody gets into the conversation of another key or tenant', () => {
  const headers = { 'x-session-id': 'shared' };
  const callers = [
    ME,
    { ...ME, key: 'k2' as KeyId },
    { ...ME, tenant: null },
    { key: null, tenant: null },
    { key: 'k' as KeyId, tenant: '1t' as TenantId },
  ];
  assert.equal(new Set(callers.map((caller) => sessionOf(headers, call, caller))).size, callers.length);
});

test('agents of one session talk apart', () => {
  const session = { 'x-claude-code-session-id': 'abc' };
  assert.notEqual(
    sessionOf({ ...session, 'x-claude-code-agent-id': 'one' }, call, ME),
    sessionOf({ ...session, 'x-claude-code-agent-id': 'two' }, call, ME),
  );
});
