import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createRng } from '../../../src/base/rng.js';
import { parseDesign } from '../../../src/profile/design.js';
import { observe } from '../../../src/profile/observed.js';
import type { ComposeRequest, TextComposer } from '../../../src/profile/text/composer/types.js';
import { structuredTexts } from '../../../src/profile/text/structured.js';
import { smallLog } from '../../support/log.js';
import { handLog } from '../../support/rows.js';

/** A composer that writes down what it is asked. */
function recorder(): TextComposer & { asked: ComposeRequest[] } {
  const asked: ComposeRequest[] = [];
  return {
    id: 'recorder',
    asked,
    async compose(request) {
      asked.push(request);
      return `${request.name}#${asked.length}`;
    },
  };
}

const rows = smallLog({ queries: 200 });
const observed = observe(
  rows,
  Int32Array.from({ length: rows.queries.length }, (_, q) => q),
  parseDesign('structured-text-4hop'),
);

describe('structured texts', () => {
  test('compose only what an LLM comes to hear, each once', async () => {
    const calls = await Promise.all(
      [1, 2, 3, 4].map(async (hops) => {
        const composer = recorder();
        await structuredTexts(observed, hops, composer, createRng(1));
        return composer.asked.length;
      }),
    );
    const [N, F, T, D] = [3, 2, 2, 1];
    const Q = 5 * N + 3 * T;
    assert.equal(calls[0], N);
    calls.forEach((count, i) => assert.ok(count <= N + i * (N + F + T + D + Q), `${count} calls at ${i + 1} hops`));
    assert.ok(calls.every((count, i) => i === 0 || count > calls[i - 1]!));
  });

  test('hear of neighbours as they were a hop before', async () => {
    const composer = recorder();
    await structuredTexts(observed, 2, composer, createRng(1));
    const profiles = composer.asked.filter(({ maxCharacters }) => maxCharacters === 4000);
    assert.deepEqual(
      profiles.map(({ name }) => name),
      ['calculator', 'middling', 'poet'],
    );
    for (const { text } of profiles.flatMap(({ heard }) => heard)) assert.match(text, /#\d+$/, 'composed at hop 1');
    const before = composer.asked.filter(({ maxCharacters }) => maxCharacters < 4000);
    for (const { text } of before.flatMap(({ heard }) => heard))
      assert.doesNotMatch(text, /#\d+$/, 'its own text at hop 0');
  });

  test('name the queries that an LLM did best on and worst on, the most telling first', async () => {
    const log = handLog(
      ['a', 'b'],
      [0.5, 0.1, 0.9, -0.2, 0.7, -0.6, 0.3, -0.8, 0].map((margin) => ({
        text: `${margin}`,
        scores: { a: Math.max(0, margin), b: Math.max(0, -margin) },
      })),
    );
    const composer = recorder();
    await structuredTexts(
      observe(
        log,
        Int32Array.from({ length: log.queries.length }, (_, q) => q),
        parseDesign('structured-text-1hop'),
      ),
      1,
      composer,
      createRng(1),
    );
    assert.deepEqual(
      composer.asked.map(({ heard }) => heard.map(({ text }) => text)),
      [
        ['0.9', '0.7', '0.5', '-0.8', '-0.6'],
        ['-0.8', '-0.6', '-0.2', '0.9', '0.7'],
      ],
    );
  });
});
