import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RELATIONS } from '../../src/graph/relations.js';
import { DEFAULT_DESIGN, DESIGNS, partsOf } from '../../src/profile/design.js';
import { DESIGN_NAMES } from '../../src/schema/training.js';

describe('profile designs', () => {
  it('are those that can be asked for, and the default is one of them', () => {
    assert.deepEqual(Object.keys(DESIGNS).toSorted(), [...DESIGN_NAMES].toSorted());
    assert.ok(DESIGN_NAMES.includes(DEFAULT_DESIGN));
  });

  for (const name of DESIGN_NAMES)
    it(`${name} agrees with itself`, () => {
      const design = DESIGNS[name];
      assert.equal(design.hops === 0, design.form === 'flat');
      const { kinds, relations } = partsOf(design);
      // Every design learns from interactions, be they scores or comparisons.
      for (const kind of ['llm', 'query'] as const) assert.ok(kinds.has(kind));
      for (const relation of ['llm-query', 'llm-preference'] as const) assert.ok(relations.has(relation));
      for (const relation of relations) assert.ok(kinds.has(RELATIONS[relation].source) && kinds.has(RELATIONS[relation].target), relation);
    });
});
