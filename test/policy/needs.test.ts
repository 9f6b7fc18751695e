import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PointsmanError } from '../../src/base/errors.js';
import { constraintsOf } from '../../src/policy/constraints.js';
import { unableFor, type CallDemands } from '../../src/policy/needs.js';
import { rank } from '../../src/policy/rank.js';
import type { CallNeeds } from '../../src/protocol/types.js';
import type { Rules } from '../../src/schema/policy.js';
import { LlmProfile } from '../../src/schema/profile.js';

const NOTHING: CallNeeds = { tools: false, images: false, audio: false, files: false, json: false };

const demanding = (needs: Partial<CallNeeds>, more: Partial<CallDemands> = {}): CallDemands => ({
  needs: { ...NOTHING, ...needs },
  maxOutputTokens: null,
  uncallable: () => undefined,
  ...more,
});

const lacks = (needs: Partial<CallNeeds>, declared: object): string | undefined =>
  unableFor(demanding(needs))(LlmProfile.parse({ id: 'llm', ...declared }))?.reason;

test('a capability that a call needs must be declared, where an LLM declares any', () => {
  assert.equal(lacks({ tools: true }, { capabilities: ['vision'] }), 'it does not declare the capability tools');
  assert.equal(lacks({ json: true }, { capabilities: ['tools'] }), 'it does not declare the capability json');
  assert.equal(lacks({ tools: true, json: true }, { capabilities: ['tools', 'json'] }), undefined);
  assert.equal(lacks({ tools: true, json: true }, {}), undefined);
  assert.equal(lacks({ tools: true }, { capabilities: [] }), undefined);
  assert.equal(lacks({ tools: true }, { modalities: ['text'] }), undefined, 'modalities say nothing of tools');
  assert.equal(lacks({}, { capabilities: ['other'] }), undefined);
});

test('what is to be read is a capability or a modality', () => {
  for (const [need, capability, modality] of [
    ['images', 'vision', 'image'],
    ['audio', 'audio', 'audio'],
    ['files', 'file', 'file'],
  ] as const) {
    const needs = { [need]: true };
    assert.equal(lacks(needs, {}), undefined);
    assert.equal(lacks(needs, { capabilities: [capability] }), undefined);
    assert.equal(lacks(needs, { modalities: ['text', modality] }), undefined);
    assert.equal(lacks(needs, { capabilities: ['tools'], modalities: [modality] }), undefined);
    const neither = `it declares neither the capability ${capability} nor the modality ${modality}`;
    assert.equal(lacks(needs, { capabilities: ['tools'] }), neither);
    assert.equal(lacks(needs, { modalities: ['text'] }), neither);
  }
});

function ranked(demands: CallDemands, declared: Record<string, object>, rules: Rules = {}, promptTokens = 100) {
  const profiles = Object.entries(declared).map(([id, more]) => LlmProfile.parse({ id, ...more }));
  const scored = profiles.map(({ id }) => ({
    model: id,
    quality: 0.5,
    uncertainty: 0,
    costUsd: null,
    latencyMs: null,
    latencyP90Ms: null,
  }));
  return rank({ scored, profiles, rules, constraints: constraintsOf(rules), promptTokens, demands });
}

test('who can’t serve a call is no candidate, and it is said why', () => {
  const demands = demanding(
    { tools: true },
    { maxOutputTokens: 1_000, uncallable: (model) => (model === 'nowhere' ? 'no deployment' : undefined) },
  );
  const { ranking, excluded } = ranked(
    demands,
    {
      able: { context_tokens: 1_100 },
      nowhere: {},
      plain: { capabilities: ['json'] },
      short: { context_tokens: 1_099 },
      forbidden: {},
    },
    { exclude: ['forbidden' as never] },
  );
  assert.deepEqual(
    ranking.map(({ model }) => model),
    ['able'],
  );
  assert.deepEqual(excluded, [
    { model: 'nowhere', constraint: 'deployments', reason: "it can't be called: no deployment" },
    { model: 'plain', constraint: 'capabilities', reason: 'it does not declare the capability tools' },
    {
      model: 'short',
      constraint: 'context_tokens',
      reason: 'the query has about 100 tokens and its answer may have 1000, and its context is 1099',
    },
    { model: 'forbidden', constraint: 'exclude', reason: 'it is named in exclude' },
  ]);
});

test('where nobody can, the error says who was excluded by what', () => {
  const reasonOf = (model: string): string | undefined => (model.startsWith('gone') ? 'no deployment' : undefined);
  const failing = (declared: Record<string, object>, rules?: Rules): PointsmanError => {
    try {
      ranked(demanding({ images: true }, { uncallable: reasonOf }), declared, rules);
    } catch (error) {
      assert.ok(error instanceof PointsmanError);
      return error;
    }
    return assert.fail('a candidate is left');
  };
  const error = failing(
    {
      gone1: {},
      gone2: {},
      blind: { capabilities: ['tools'] },
      small: { context_tokens: 10 },
      tiny: { context_tokens: 5 },
      mute: { capabilities: ['json', 'vision'] },
    },
    { capabilities: ['tools'] },
  );
  assert.equal(error.code, 'no_candidate');
  assert.deepEqual(
    error.issues.map(({ field, received }) => [field, received]),
    [
      ['capabilities', 'it declares neither the capability vision nor the modality image, which excludes blind'],
      ['capabilities', 'tools, which excludes gone1, gone2, small, tiny, mute'],
    ],
  );
  assert.equal(
    failing({ gone1: {}, gone2: {}, small: { context_tokens: 10 }, tiny: { context_tokens: 5 } }).message,
    'No LLM is left: ' +
      "deployments: it can't be called: no deployment, which excludes gone1, gone2; " +
      'context_tokens: the query has about 100 tokens, and its context is 10, which excludes small; ' +
      'the query has about 100 tokens, and its context is 5, which excludes tiny',
  );
  const many = Object.fromEntries(
    Array.from({ length: 300 }, (_, i) => [`llm-${i}`, { context_tokens: 10 + (i % 80) }]),
  );
  assert.ok(failing(many).message.length < 1_500, failing(many).message);
});
