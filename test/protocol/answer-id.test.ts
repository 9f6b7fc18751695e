import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerId, decisionIn, providerIdIn } from '../../src/protocol/answer-id.js';

const DECISION = '0198c5a0-1111-7222-8333-444455556666';

test('an answer’s id has the provider’s own and the decision, and gives both back', () => {
  for (const own of [
    'chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT',
    'msg_01XFDUDYJgAACzvnptvVoYEL',
    'resp_a_b',
    `x_${DECISION}`,
  ]) {
    const id = answerId(own, DECISION);
    assert.equal(id, `${own}_${DECISION}`);
    assert.equal(decisionIn(id), DECISION);
    assert.equal(providerIdIn(id), own);
  }
});

test('an answer that its provider gave no id has the decision as its id', () => {
  assert.equal(answerId('', DECISION), DECISION);
  assert.equal(decisionIn(DECISION), DECISION);
  // xAI's ids are UUIDs: such an id goes back to it as it is.
  assert.equal(providerIdIn(DECISION), DECISION);
});

test('an id that names no decision stays as it is', () => {
  for (const id of ['', 'chatcmpl-1', `chatcmpl-${DECISION}`, 'msg_0198c5a0-1111-7222-8333', `${DECISION}_x`, '_']) {
    assert.equal(decisionIn(id), undefined, id);
    assert.equal(providerIdIn(id), id);
  }
});

test('a decision is found whichever way its letters are written', () => {
  assert.equal(decisionIn('a_0198C5A0-AAAA-7222-8333-44445555666F'), '0198c5a0-aaaa-7222-8333-44445555666f');
});
