import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { PointsmanError } from '../../../src/base/errors.js';
import { fitsStrict, grammarOf } from '../../../src/protocol/translate/json-schema.js';
import type { JsonObject } from '../../../src/protocol/types.js';

describe('a schema for Anthropic’s grammar', () => {
  test('keeps what the grammar knows, and tells the rest in the description', () => {
    const schema = {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      additionalProperties: { type: 'string' },
      properties: {
        // A property may have the name of a keyword.
        pattern: { type: 'string', format: 'date', minLength: 2 },
        list: { type: 'array', items: { $ref: '#/$defs/one' }, minItems: 1, maxItems: 3 },
        some: { type: ['object', 'null'], properties: {} },
        word: { enum: ['a', null], default: 'a' },
        code: { type: 'string', format: 'color', pattern: '^#', description: 'Of a colour' },
      },
      $defs: { one: { anyOf: [{ type: 'object' }, { const: 1 }] } },
    };
    assert.deepEqual(grammarOf(schema, 'schema'), {
      type: 'object',
      properties: {
        pattern: { type: 'string', format: 'date', description: '(minLength: 2)' },
        list: { type: 'array', items: { $ref: '#/$defs/one' }, minItems: 1, description: '(maxItems: 3)' },
        some: { type: ['object', 'null'], properties: {}, additionalProperties: false },
        word: { enum: ['a', null] },
        code: { type: 'string', description: 'Of a colour (format: "color", pattern: "^#")' },
      },
      $defs: { one: { anyOf: [{ type: 'object', additionalProperties: false }, { const: 1 }] } },
      additionalProperties: false,
    });
  });

  test('is refused where it is too deep', () => {
    let schema: JsonObject = { type: 'string' };
    for (let i = 0; i < 70; i++) schema = { type: 'array', items: schema };
    assert.throws(
      () => grammarOf(schema, 'text.format'),
      (error: unknown) => error instanceof PointsmanError && error.issues[0]?.field === 'text.format',
    );
    assert.equal(fitsStrict(schema), false);
  });
});

test('a schema fits the strict mode where all is closed and required', () => {
  const closed = { type: 'object', additionalProperties: false };
  const a = { type: 'string' };
  assert.ok(fitsStrict({ ...closed, properties: { a }, required: ['a'] }));
  assert.ok(!fitsStrict({ ...closed, properties: { a } }));
  assert.ok(!fitsStrict({ type: 'object', properties: { a }, required: ['a'] }));
  assert.ok(!fitsStrict({ type: 'array', items: { type: 'object' } }));
  assert.ok(!fitsStrict({ anyOf: [{ ...closed, properties: { a } }] }));
});
