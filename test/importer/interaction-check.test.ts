import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRng } from '../../src/base/rng.js';
import { createInteractionCheck } from '../../src/importer/interaction-check.js';
import { Interaction } from '../../src/schema/feedback.js';

const VALUES: unknown[] = [
  undefined,
  null,
  true,
  '',
  ' ',
  'a',
  ' a',
  'a ',
  'a\tb',
  'a\u202Eb',
  'é',
  '\u0000',
  'x'.repeat(200),
  'x'.repeat(201),
  'x'.repeat(1000),
  'x'.repeat(1001),
  'x'.repeat(100_000),
  'x'.repeat(100_001),
  0,
  1,
  -0,
  0.5,
  -1,
  1.0000001,
  1.5,
  2,
  NaN,
  Infinity,
  -Infinity,
  2 ** 53,
  2 ** 53 - 1,
  1e300,
  1e6,
  1e6 + 1,
  1e9,
  1e9 + 1,
  '0.5',
  [],
  {},
  [1],
  '2026-01-01T00:00:00Z',
  '2026-02-28T23:59:59.123456Z',
  '2026-02-29T00:00:00Z',
  '2024-02-29T00:00:00Z',
  '2026-13-01T00:00:00Z',
  '2026-01-01T24:00:00Z',
  '2026-01-01T00:00:60Z',
  '2026-01-01T00:00:00',
  '2026-01-01T00:00:00+02:00',
  '2026-01-01',
  '0000-01-01T00:00:00Z',
  '1969-12-31T23:59:59Z',
  '1970-01-01T00:00:00Z',
  '2199-12-31T23:59:59Z',
  '2200-01-01T00:00:00Z',
  '01890000-0000-7000-8000-000000000001',
  '01890000-0000-7000-8000-00000000000',
  '01890000-0000-9000-8000-000000000001',
  '01890000-0000-7000-c000-000000000001',
  '00000000-0000-0000-0000-000000000000',
  '01890000-0000-7000-8000-00000000000A',
];
const FIELDS = [...Object.keys(Interaction.shape), 'latency', '__proto__x'];
const GOOD = { query: 'q', model: 'm', score: 0.5 };

test('the quick check takes nothing that the schema refuses, one field wrong at a time', () => {
  const accepts = createInteractionCheck();
  let taken = 0;
  for (const field of FIELDS)
    for (const value of VALUES) {
      const record = { ...GOOD, [field]: value };
      if (!accepts(record)) continue;
      taken++;
      const { success, data } = Interaction.safeParse(record);
      assert.ok(success, `${field}: ${JSON.stringify(value)?.slice(0, 60)}`);
      if (field === 'error') assert.equal(data!.error, value, 'what the schema would change goes through it');
    }
  assert.ok(taken > 60, `only ${taken} were taken`);
});

test('the same with many fields at random', () => {
  const accepts = createInteractionCheck();
  const rng = createRng(5);
  let taken = 0;
  for (let i = 0; i < 20_000; i++) {
    const record: Record<string, unknown> = { ...GOOD };
    for (let n = rng.int(4); n > 0; n--) record[FIELDS[rng.int(FIELDS.length)]!] = VALUES[rng.int(VALUES.length)];
    for (const key of Object.keys(record)) if (record[key] === undefined) delete record[key];
    if (!accepts(record)) continue;
    taken++;
    assert.ok(Interaction.safeParse(record).success, JSON.stringify(record).slice(0, 200));
  }
  assert.ok(taken > 2000);
});

test('common interactions take the quick way', () => {
  const accepts = createInteractionCheck();
  assert.ok(accepts(GOOD));
  assert.ok(
    accepts({
      ...GOOD,
      task: 't',
      domain: 'd',
      cost_usd: 0,
      latency_ms: 1.5,
      prompt_tokens: 1,
      completion_tokens: 0,
      error: 'e',
      at: '2026-01-01T00:00:00.000Z',
      decision_id: '01890000-0000-7000-8000-000000000001',
      query_id: 1,
      metric: 'em',
    }),
  );
});
