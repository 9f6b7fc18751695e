import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { ComposeRequest, TextComposer } from '../../../src/profile/text/composer/types.js';

/** What any composer is asked. */
export const REQUEST: ComposeRequest = {
  kind: 'llm',
  name: 'calculator',
  own: 'calculator: solves arithmetic.',
  heard: [
    {
      relation: 'llm-task',
      kind: 'task',
      name: 'gsm8k',
      text: 'gsm8k: word problems',
      measured: { score: 0.8, count: 130, advantage: 0.12 },
    },
    { relation: 'llm-family', kind: 'family', name: 'machines', text: 'machines: exact' },
  ],
  maxCharacters: 1000,
};

/** What every composer keeps to. */
export function composerConformance(name: string, open: () => Promise<TextComposer>): void {
  describe(`composer ${name}`, () => {
    let composer: TextComposer;
    before(async () => {
      composer = await open();
    });

    test('has a name with its version', () => assert.match(composer.id, /^\w+(?::\S+|-\d+)$/));

    test('writes a text of every request', async () => {
      for (const kind of ['llm', 'family', 'task', 'domain'] as const)
        assert.ok((await composer.compose({ ...REQUEST, kind })).trim().length > 0);
    });

    test('never writes more than it may', async () => {
      const heard = REQUEST.heard.map((h) => ({ ...h, text: 'word '.repeat(10_000) }));
      for (const maxCharacters of [1, 10, 50, 200, 4000]) {
        const text = await composer.compose({ ...REQUEST, own: 'own '.repeat(10_000), heard, maxCharacters });
        assert.ok(text.length <= maxCharacters, `${text.length} of ${maxCharacters}`);
      }
    });

    test('takes a node that hears from nobody, and one that says nothing of itself', async () => {
      assert.ok((await composer.compose({ ...REQUEST, heard: [] })).length > 0);
      assert.equal(typeof (await composer.compose({ ...REQUEST, own: '' })), 'string');
      assert.equal(typeof (await composer.compose({ ...REQUEST, own: '', heard: [] })), 'string');
    });

    test('writes the same of the same request, one after another and at once', async () => {
      const first = await composer.compose(REQUEST);
      const request = structuredClone(REQUEST);
      assert.equal(await composer.compose(request), first);
      assert.deepEqual(request, REQUEST);
      assert.deepEqual(await Promise.all([composer.compose(REQUEST), composer.compose(REQUEST)]), [first, first]);
    });
  });
}
