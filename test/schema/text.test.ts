import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { StepReport } from '../../src/schema/cascade.js';
import { AlertResolution } from '../../src/schema/drift.js';
import { Interaction, InteractionFeedback, Signal, SignalFeedback } from '../../src/schema/feedback.js';
import { CallReport, HealthOverride } from '../../src/schema/health.js';
import { PolicyBody } from '../../src/schema/policy.js';
import { LlmProfile } from '../../src/schema/profile.js';

const ANSWER = { query: 'q', model: 'm' };
const SIGNAL = { ...ANSWER, signal: 'thumb', value: 1 };

/** Every field in which a caller says something in words of its own: schema, what else it takes, name, longest. */
const FIELDS: [z.ZodType, object, string, number][] = [
  [Interaction, ANSWER, 'error', 1000],
  [InteractionFeedback, ANSWER, 'error', 1000],
  [Signal, SIGNAL, 'signal', 100],
  [Signal, SIGNAL, 'source', 100],
  [SignalFeedback, SIGNAL, 'signal', 100],
  [SignalFeedback, SIGNAL, 'source', 100],
  [CallReport, { model: 'm', ok: false }, 'error', 1000],
  [HealthOverride, { state: 'open' }, 'reason', 1000],
  [StepReport, {}, 'error', 1000],
  [AlertResolution, {}, 'reason', 1000],
];

test('free texts of callers are taken on one line, without controls and of a bounded length', () => {
  for (const [schema, rest, field, max] of FIELDS) {
    const taken = (text: string): unknown =>
      (schema.safeParse({ ...rest, [field]: text }).data as Record<string, unknown> | undefined)?.[field];
    assert.equal(taken('line\r\nline\t\u001b[31m\u0000\u2028\u202Eend'), 'line line \uFFFD[31m\uFFFD \uFFFDend', field);
    assert.equal(taken('\u0000'), '\uFFFD', 'none becomes empty');
    assert.equal(taken('\n'.repeat(max)), ' '.repeat(max));
    assert.deepEqual([taken(''), taken('x'.repeat(max + 1))], [undefined, undefined], field);
  }
});

test('descriptions keep their lines, and no other controls', () => {
  const text = 'one\r\n\ttwo\u001b[31m';
  assert.equal(PolicyBody.parse({ description: text }).description, 'one\n\ttwo\uFFFD[31m');
  assert.equal(LlmProfile.parse({ id: 'm', description: text }).description, 'one\n\ttwo\uFFFD[31m');
  assert.equal(LlmProfile.parse({ id: 'm', description: '' }).description, '');
});

test('the documented length of such a field is its length', () => {
  const { type, minLength, maxLength } = z.toJSONSchema(StepReport.shape.error, { io: 'input' });
  assert.deepEqual({ type, minLength, maxLength }, { type: 'string', minLength: 1, maxLength: 1000 });
});
