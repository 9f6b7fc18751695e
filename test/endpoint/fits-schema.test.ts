import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { fitsSchema } from '../../src/endpoint/fits-schema.js';

const PERSON = {
  type: 'object',
  properties: {
    name: { type: 'string', minLength: 1, maxLength: 5 },
    age: { type: ['integer', 'null'], minimum: 0, exclusiveMaximum: 150 },
    mood: { enum: ['fine', { odd: [1] }] },
    friends: { type: 'array', items: { $ref: '#/$defs/person' }, maxItems: 2 },
  },
  required: ['name', 'age'],
  additionalProperties: false,
};
const SCHEMA = { ...PERSON, $defs: { person: PERSON } };

/** Schemas, and values that are held against what a full validator says. */
const CASES: [schema: object, values: unknown[]][] = [
  [
    SCHEMA,
    [
      { name: 'Ada', age: 36 },
      { name: 'Ada', age: null, friends: [{ name: 'Bob', age: 1 }] },
      { name: 'Ada', age: null, mood: { odd: [1] } },
      { name: 'Ada' },
      { name: '', age: 1 },
      { name: 'too long', age: 1 },
      { name: '😀😀😀', age: 1 },
      { name: 'Ada', age: 1.5 },
      { name: 'Ada', age: 150 },
      { name: 'Ada', age: 1, mood: 'bad' },
      { name: 'Ada', age: 1, other: 1 },
      { name: 'Ada', age: 1, friends: [{ name: 'Bob' }] },
      { name: 'Ada', age: 1, friends: [1, 2, 3] },
      [],
      'text',
      null,
    ],
  ],
  [
    { anyOf: [{ type: 'string' }, { type: 'array', prefixItems: [{ const: 1 }], items: { type: 'boolean' } }] },
    ['a', [1, true], [2, true], [1, 1], [], {}],
  ],
  [
    { allOf: [{ type: 'object' }, { required: ['a'] }], additionalProperties: { type: 'number' } },
    [{ a: 1 }, { a: '' }, {}],
  ],
  [{ type: 'object', patternProperties: { '^x': {} }, additionalProperties: false }, [{ x1: 1 }, {}]],
  [{ type: 'integer', minimum: -1, maximum: 1 }, [-1, 0.5, 2, 1e300, '1']],
  [{ type: 'object', properties: { constructor: { type: 'string' } } }, [{}, JSON.parse('{"__proto__": 1}')]],
];

describe('a value fits a schema', () => {
  test('where a full validator says so, of the keywords that structured outputs have', () => {
    const ajv = new Ajv2020({ strict: false, ownProperties: true });
    for (const [schema, values] of CASES) {
      const validate = ajv.compile(schema);
      for (const value of values)
        assert.equal(
          fitsSchema(value, schema),
          validate(value),
          `${JSON.stringify(value)} by ${JSON.stringify(schema)}`,
        );
    }
  });

  test('in doubt: keywords, types and references that are not known are passed over', () => {
    for (const schema of [
      {},
      true,
      null,
      { pattern: '^(a+)+$' },
      { format: 'email' },
      { not: {} },
      { type: 'tuple' },
      { $ref: 'https://example.org/other.json' },
      { $ref: '#/nowhere' },
      { enum: 'a' },
    ])
      assert.equal(fitsSchema('b', schema), true, JSON.stringify(schema));
    assert.equal(fitsSchema('b', false), false);
  });

  test('where the schema goes round in circles, or would take for ever, it ends', () => {
    assert.equal(fitsSchema(1, { $ref: '#' }), true);
    const wide: unknown = { anyOf: Array.from({ length: 50 }, () => ({ allOf: [{ $ref: '#' }, { $ref: '#' }] })) };
    const began = performance.now();
    fitsSchema([[[1]]], wide);
    assert.ok(performance.now() - began < 2_000);
    let deep: unknown = 1;
    for (let i = 0; i < 5_000; i++) deep = [deep];
    assert.equal(
      fitsSchema(deep, { $ref: '#/$defs/list', $defs: { list: { items: { $ref: '#/$defs/list' } } } }),
      true,
    );
  });
});
