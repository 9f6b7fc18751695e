import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parse, stringify } from 'yaml';
import { readProfiles } from '../../src/catalog/read.js';
import { formatDuration, parseDuration } from '../../src/catalog/duration.js';
import { fromRouteProfile, RouteProfile, toRouteProfile } from '../../src/catalog/routeprofile.js';
import { LlmProfile } from '../../src/schema/profile.js';
import { EXAMPLE } from './example.js';

const only = (text: string) => {
  const { profiles, errors } = readProfiles('m.yaml', text);
  assert.deepEqual([profiles.length, errors], [1, []]);
  return profiles[0]!;
};

describe('RouteProfile’s form', () => {
  test('is read: durations, price per token, kinds of work', () => {
    const { profile, notes, where } = only(EXAMPLE);
    assert.deepEqual([notes, where], [[], 'm.yaml:1:1']);
    assert.deepEqual(profile, {
      id: 'mistral-7b-instruct-v0.2',
      input_price: 150,
      output_price: 150,
      latency_ms: 1200,
      latency_p90_ms: 3500,
      task_types: [
        {
          task: 'summarization',
          granularity: 'query-level',
          metrics: { avg_tokens_per_sec: 85, rouge_l_score_avg: 0.45 },
          domains: ['news', 'general_articles'],
        },
        {
          task: 'code_generation',
          granularity: 'query-level',
          metrics: { avg_tokens_per_sec: 40, pass_rate_unit_tests: 0.7 },
          domains: ['python', 'javascript'],
        },
      ],
      learning_config: 'trainable_gnn',
    });
    assert.deepEqual(LlmProfile.parse(profile), profile);
  });

  test('is written as it was read', () => assert.deepEqual(toRouteProfile(only(EXAMPLE).profile), parse(EXAMPLE)));

  test('keeps what it does not know, says so, and gives it back', () => {
    const text = EXAMPLE.replace('p90: 3.5s', 'p90: 3.5s\n    p99: 9s')
      .replace('rouge_l_score_avg: 0.45', 'rouge_l_score_avg: 0.45\n        reviewed_by: me')
      .concat('owner: {team: x, since: 2026}\n');
    const { profile, notes } = only(text);
    assert.deepEqual(notes, [
      'capabilities.task_types.summarization.reviewed_by: unknown, kept under extra',
      'capabilities.latency_profile.p99: unknown, kept under extra',
      'owner.team: unknown, kept under extra',
      'owner.since: unknown, kept under extra',
    ]);
    assert.deepEqual(toRouteProfile(profile), parse(text));
  });

  test('of any profile of ours is that profile again', () => {
    const full = LlmProfile.parse({
      id: 'lab/full',
      revision: 'r1',
      description: 'All there is',
      family: 'lab',
      size_b: 7,
      input_price: 0.1,
      output_price: 0.3,
      cached_input_price: 0.01,
      context_tokens: 8000,
      latency_ms: 850.5,
      latency_p90_ms: 61_000,
      benchmarks: { gsm8k: 0.5 },
      task_types: [{ task: 'chat' }, { task: 'sql', metrics: { accuracy: 0.5 } }],
      capabilities: ['tools'],
      languages: ['en'],
      regions: ['eu'],
      limits: { in_flight: 3 },
      tags: ['small'],
      modalities: ['text', 'image'],
      learning_config: 'static',
      sources: [{ source: 'https://example.org', date: '2026-11-01' }],
      extra: { capabilities: { colour: 'red' }, note: [1, null] },
    });
    for (const profile of [full, LlmProfile.parse({ id: 'x' })]) {
      const document = parse(stringify(toRouteProfile(profile))) as unknown;
      assert.deepEqual(fromRouteProfile(RouteProfile.parse(document)), profile);
    }
  });
});

test('durations are read and written', () => {
  const known = { '1.2s': 1200, '850ms': 850, '2m': 120_000, '1h': 3_600_000, ' .5 s ': 500, '0.1ms': 0.1 };
  for (const [text, ms] of Object.entries(known)) assert.equal(parseDuration(text), ms, text);
  for (const text of ['1.2', 's', '-1s', '1 day', '1e3s', '', 'Infinity s'])
    assert.equal(parseDuration(text), undefined, text);
  for (const ms of [0, 0.1, 850, 999.5, 1000, 1200, 61_234]) assert.equal(parseDuration(formatDuration(ms)), ms);
});

describe('what is wrong is named with line and column', () => {
  const errors = (text: string): string[] => readProfiles('m.yaml', text).errors;

  test('in RouteProfile’s form, all of it', () => {
    const wrong = EXAMPLE.replace('1.2s', 'fast').replace('0.00015', '-1').replace('0.70', 'high');
    assert.deepEqual(errors(wrong), [
      'm.yaml:14:33: capabilities.task_types[1].code_generation.metrics.pass_rate_unit_tests: expected number, ' +
        'got "high"',
      'm.yaml:17:10: capabilities.latency_profile.p50: expected a duration such as 1.2s or 850ms, got "fast"',
      'm.yaml:19:19: capabilities.cost_per_token: expected number to be >=0, got -1',
    ]);
  });

  test('in ours, among several documents and lists', () => {
    assert.deepEqual(errors('id: a\nsize_b: x\n---\nid: b\n---\n- 1\n- id: c\n  foo: 1\n'), [
      'm.yaml:2:9: size_b: expected number, got "x"',
      'm.yaml:6:3: expected a profile with "id" or "model_id", got 1',
      'm.yaml:8:8: foo: expected no such field, got 1',
    ]);
  });

  test('in JSON', () =>
    assert.deepEqual(errors('{\n  "id": "a",\n  "size_b": -1\n}'), [
      'm.yaml:3:13: size_b: expected number to be >0, got -1',
    ]));

  test('where the text is no YAML, holds no profile, or unfolds without end', () => {
    assert.match(errors('a: [1\nb')[0]!, /^m\.yaml:2:1: expected YAML or JSON, got /);
    assert.deepEqual(errors(''), ['m.yaml: expected profiles with "id" or "model_id", got nothing']);
    assert.deepEqual(errors('42'), ['m.yaml:1:1: expected a profile with "id" or "model_id", got 42']);
    assert.match(errors('name: x')[0]!, /^m\.yaml:1:1: id: expected/);
    const doubled = Array.from({ length: 40 }, (_, i) => `b${i + 1}: &b${i + 1} [*b${i}, *b${i}]`);
    assert.match(errors(['b0: &b0 [x]', ...doubled].join('\n'))[0]!, /^m\.yaml: expected YAML or JSON, got .*alias/);
  });
});
