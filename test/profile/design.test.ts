import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { RELATIONS } from '../../src/graph/relations.js';
import {
  DEFAULT_DESIGN,
  designName,
  DESIGNS,
  parseDesign,
  partsOf,
  PROFILE_DESIGNS,
  withKinds,
} from '../../src/profile/design.js';
import { ProfileDesign } from '../../src/schema/design.js';
import { DESIGN_NAMES } from '../../src/schema/training.js';

describe('trained profile designs', () => {
  test('are those that can be asked for, and the default is one of them', () => {
    assert.deepEqual(Object.keys(DESIGNS).toSorted(), [...DESIGN_NAMES].toSorted());
    assert.ok(DESIGN_NAMES.includes(DEFAULT_DESIGN));
  });

  for (const name of DESIGN_NAMES)
    test(`${name} learns from interactions, be they scores or comparisons`, () => {
      const design = DESIGNS[name];
      assert.equal(design.learning, 'trainable');
      const { kinds, relations } = partsOf(design);
      for (const kind of ['llm', 'query'] as const) assert.ok(kinds.has(kind));
      for (const relation of ['llm-query', 'llm-preference'] as const) assert.ok(relations.has(relation));
      for (const relation of relations)
        assert.ok(kinds.has(RELATIONS[relation].source) && kinds.has(RELATIONS[relation].target), relation);
    });
});

describe('the catalogue of designs', () => {
  test('has the paper’s table 1', () => {
    const hops = (name: string): string[] => [1, 2, 3, 4].map((k) => `${name}-${k}hop`);
    assert.deepEqual(Object.keys(PROFILE_DESIGNS), [
      'index',
      'flat-text',
      ...hops('structured-text'),
      ...hops('structured-embedding'),
      ...hops('structured-trainable'),
    ]);
  });

  for (const [name, design] of Object.entries({ ...PROFILE_DESIGNS, ...DESIGNS }))
    test(`${name} is legal, and its name is read back`, () => {
      assert.deepEqual(ProfileDesign.parse(design), design);
      assert.deepEqual(parseDesign(name), design);
      assert.deepEqual(parseDesign(designName(design)), design);
    });
});

describe('names of designs', () => {
  test('say the normalization of propagation', () => {
    assert.equal(parseDesign('structured-embedding-3hop').normalization, 'symmetric');
    assert.deepEqual(
      [
        parseDesign('structured-embedding-3hop-none').normalization,
        parseDesign('structured-embedding-1hop-random-walk').normalization,
      ],
      ['none', 'random-walk'],
    );
    assert.equal(
      designName(parseDesign('structured-embedding-1hop-random-walk')),
      'structured-embedding-1hop-random-walk',
    );
  });

  test('say the kinds of node that take part, in any order', () => {
    const design = parseDesign('structured-text-2hop:query+task');
    assert.deepEqual(design.kinds, ['llm', 'task', 'query']);
    assert.deepEqual(design, withKinds(PROFILE_DESIGNS['structured-text-2hop']!, ['task', 'query']));
    assert.equal(designName(design), 'structured-text-2hop:task+query');
    assert.equal(designName(withKinds(design, ['family', 'task', 'domain', 'query'])), 'structured-text-2hop');
    assert.deepEqual(parseDesign(designName(withKinds(PROFILE_DESIGNS['flat-text']!, []))).kinds, ['llm']);
    assert.equal(designName(parseDesign('flat-text:llm+query+family')), 'flat-text');
  });

  test('take the graph’s relations between their kinds', () => {
    assert.deepEqual(
      [...partsOf(parseDesign('structured-embedding-1hop:task+family')).relations],
      ['llm-family', 'llm-task', 'llm-benchmark'],
    );
    assert.deepEqual([...partsOf(parseDesign('index')).relations], []);
  });

  test('that are none are refused with those that are', () => {
    const propagated = 'structured-embedding-2hop-random-walk';
    const refused = (name: string, message: RegExp): void =>
      assert.throws(() => parseDesign(name), { code: 'invalid_request', message });
    refused(
      'structured-text-5hop',
      new RegExp(`^design: expected one of index, flat-text, .*${propagated}.*; got "structured-text-5hop"$`),
    );
    refused('', /got ""$/);
    refused('constructor', /got "constructor"$/);
    refused('structured-text-2hop:tasks', /of llm, family, task, domain, query after the colon.*got "tasks"/);
    refused('structured-text-2hop:', /got "" in/);
    refused('structured-text-2hop:domain', /^kinds: expected one of family, task, query/);
    refused('structured-trainable:task', /^kinds: expected query/);
    refused('index:task', /^kinds: expected llm alone/);
  });
});
