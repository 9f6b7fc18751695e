import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NODE_KINDS } from '../../src/graph/relations.js';
import {
  DESIGN_KINDS,
  FORMS,
  LEARNING,
  LEGAL_DESIGNS,
  NORMALIZATIONS,
  ProfileDesign,
  REPRESENTATIONS,
} from '../../src/schema/design.js';
import { parse } from '../../src/schema/parse.js';

/** The combinations that the paper allows, and the record-only ablation, written out apart from the table. */
function isLegal(
  form: string,
  representation: string,
  learning: string,
  hops: number,
  normalization: string | undefined,
): boolean {
  if ((hops === 0) !== (form === 'flat')) return false;
  if (
    (normalization !== undefined) !==
    (form === 'structured' && representation === 'embedding' && learning === 'training-free')
  )
    return false;
  if (learning === 'trainable') return representation === 'embedding';
  return form === 'flat' ? representation !== 'embedding' : representation !== 'index';
}

const structured = {
  form: 'structured',
  representation: 'embedding',
  hops: 2,
  learning: 'training-free',
  normalization: 'symmetric',
  kinds: [...DESIGN_KINDS],
};
const refused = (design: object): string => {
  try {
    parse(ProfileDesign, design);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error(`${JSON.stringify(design)} was taken`);
};

describe('the schema of profile designs', () => {
  test('takes the legal combinations and no other', () => {
    let taken = 0;
    for (const form of FORMS)
      for (const representation of REPRESENTATIONS)
        for (const learning of LEARNING)
          for (const hops of [0, 1, 2, 3, 4])
            for (const normalization of [undefined, ...NORMALIZATIONS]) {
              const kinds = representation === 'index' ? ['llm'] : DESIGN_KINDS;
              const { success } = ProfileDesign.safeParse({
                form,
                representation,
                learning,
                hops,
                normalization,
                kinds,
              });
              assert.equal(
                success,
                isLegal(form, representation, learning, hops, normalization),
                [form, representation, learning, hops, normalization].join(),
              );
              taken += Number(success);
            }
    assert.equal(
      taken,
      LEGAL_DESIGNS.reduce((sum, row) => sum + row.hops.length * row.normalization.length, 0),
    );
  });

  test('has the graph’s kinds of node', () => assert.deepEqual(DESIGN_KINDS, NODE_KINDS));

  test('names the field, what was expected and what came', () => {
    assert.equal(
      refused({ ...structured, hops: 0 }),
      'hops: expected 1 or 2 or 3 or 4 (for form structured, representation embedding, learning training-free), got 0',
    );
    assert.match(
      refused({ ...structured, representation: 'index' }),
      /^representation: expected text or embedding \(for form structured\), got "index"$/,
    );
    assert.match(
      refused({ ...structured, representation: 'text', learning: 'trainable' }),
      /^learning: expected training-free \(for form structured, representation text\), got "trainable"$/,
    );
    assert.match(
      refused({ ...structured, normalization: undefined }),
      /^normalization: expected symmetric or random-walk or none \(.*\), got nothing$/,
    );
    assert.match(
      refused({ ...structured, learning: 'trainable' }),
      /^normalization: expected nothing \(.*learning trainable.*\), got "symmetric"$/,
    );
    assert.match(refused({ ...structured, hops: 5 }), /^hops: .*got 5$/);
    assert.match(refused({ ...structured, relations: [] }), /^relations: expected no such field/);
    assert.match(refused({ ...structured, form: 'tree' }), /^form: .*flat.*structured.*got "tree"$/);
  });

  test('says which kinds of node a design can’t do with or without', () => {
    const kindsOf = (kinds: string[], more: object = {}): string => refused({ ...structured, ...more, kinds });
    assert.match(kindsOf(['task', 'query']), /^kinds: expected llm among them/);
    assert.match(kindsOf(['llm', 'task', 'task']), /^kinds: expected each kind once/);
    assert.match(kindsOf(['llm', 'domain']), /^kinds: expected one of family, task, query among them/);
    assert.match(
      kindsOf(['llm', 'task'], { learning: 'trainable', normalization: undefined }),
      /^kinds: expected query among them/,
    );
    assert.match(
      kindsOf(['llm', 'task'], { form: 'flat', representation: 'index', hops: 0, normalization: undefined }),
      /^kinds: expected llm alone/,
    );
    assert.match(kindsOf(['llm', 'tool']), /^kinds\[1\]: .*got "tool"$/);
  });
});
