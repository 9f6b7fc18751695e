import assert from 'node:assert/strict';
import { test } from 'node:test';
import { promotionOf } from '../../src/experiments/promotion.js';
import type { LlmId } from '../../src/schema/ids.js';
import type { PolicyBody } from '../../src/schema/policy.js';

const [A, B] = ['a', 'b'] as LlmId[];
const OURS: PolicyBody = { description: 'ours', cost_weight: 1, models: [A!] };
const KEPT = new Map<string, PolicyBody>([['ours', OURS]]);

test('a policy has its rules from then on under the name of the one that was tried', () => {
  assert.deepEqual(promotionOf({ policy: 'ours' }, 'quality', KEPT), {
    promotes: { policies: [{ name: 'quality', body: OURS }] },
    words: 'policy quality has the rules of ours',
  });
  assert.throws(() => promotionOf({ policy: 'nobody' }, 'quality', KEPT), { code: 'unknown_policy' });
});

test('LLMs narrow the policy, or all policies, and allow none that it forbids', () => {
  const bodyOf = (policies: readonly { name: string; body: PolicyBody }[], name: string) =>
    policies.find((one) => one.name === name)!.body;
  const { promotes } = promotionOf({ models: [A!, B!] }, null, KEPT);
  assert.equal(promotes.policies!.length, 5);
  assert.deepEqual(bodyOf(promotes.policies!, 'ours'), OURS);
  assert.deepEqual(bodyOf(promotes.policies!, 'quality'), { models: [A, B] });
  const onlyB = promotionOf({ models: [B!] }, null, KEPT).promotes.policies!;
  assert.deepEqual([onlyB.length, onlyB.some(({ name }) => name === 'ours')], [4, false]);
  assert.deepEqual(promotionOf({ models: [B!] }, 'cost', KEPT), {
    promotes: { policies: [{ name: 'cost', body: { cost_weight: 0.5, models: [B] } }] },
    words: 'policy cost has the LLMs b',
  });
});

test('a version is activated, with what else is tried; an arm that says nothing leaves what is in force', () => {
  assert.deepEqual(promotionOf({ version: 'v', policy: 'ours', models: [A!] }, 'cost', KEPT), {
    promotes: { version: 'v', policies: [{ name: 'cost', body: OURS }] },
    words: 'version v is active, policy cost has the rules of ours, policy cost has the LLMs a',
  });
  assert.deepEqual(promotionOf(null, null, KEPT), { promotes: {}, words: 'what is in force stays' });
});
