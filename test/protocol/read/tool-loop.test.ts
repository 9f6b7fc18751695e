import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { saysFailed, toolLoopOf, type Step } from '../../../src/protocol/read/tool-loop.js';

const said: Step = { kind: 'said' };
let ids = 0;
/** One turn in which a tool was called and answered. */
function turn(name: string, given: string, failed = false): Step[] {
  const id = `c${ids++}`;
  return [
    { kind: 'call', id, name, arguments: given },
    { kind: 'result', id, failed },
  ];
}
const loop = (...steps: Step[]) => toolLoopOf(steps.toReversed());

describe('a loop of tools', () => {
  test('is none where the end is no result', () => {
    assert.equal(loop(), null);
    assert.equal(loop(said), null);
    assert.equal(loop(...turn('a', '{}'), said), null);
    assert.equal(loop(said, { kind: 'call', id: '1', name: 'a', arguments: '{}' }), null);
  });

  test('counts how often the same was called, whichever way it was written', () => {
    const found = loop(said, ...turn('a', '{"x":1,"y":{"b":1,"a":2}}'), ...turn('a', '{ "y":{"a":2,"b":1.0}, "x":1}'));
    assert.deepEqual(found, {
      calls: [{ name: 'a', arguments: '{"x":1,"y":{"a":2,"b":1}}', failed: false }],
      repeats: 2,
      failures: 0,
    });
  });

  test('counts from the end until another call, or the user', () => {
    const again = turn('a', '1');
    assert.equal(loop(said, ...again, ...turn('a', '2'), ...again, ...again)?.repeats, 2);
    assert.equal(loop(...again, ...again, said, ...again)?.repeats, 1);
    assert.equal(loop(...turn('b', '1'), ...again)?.repeats, 1);
  });

  test('takes calls that were made together in any order', () => {
    const pair = (a: string, b: string): Step[] => [
      { kind: 'call', id: a, name: a, arguments: '{}' },
      { kind: 'call', id: b, name: b, arguments: '{}' },
      { kind: 'result', id: a, failed: a === 'x' },
      { kind: 'result', id: b, failed: b === 'x' },
    ];
    const found = loop(said, ...pair('y', 'x'), ...pair('x', 'y'));
    assert.deepEqual(
      found?.calls.map(({ name, failed }) => [name, failed]),
      [
        ['x', true],
        ['y', false],
      ],
    );
    assert.deepEqual([found?.repeats, found?.failures], [2, 0]);
  });

  test('counts failures in a row, of other calls, too', () => {
    const found = loop(
      said,
      ...turn('a', '1', true),
      ...turn('a', '2'),
      ...turn('b', '3', true),
      ...turn('a', '4', true),
    );
    assert.deepEqual([found?.repeats, found?.failures], [1, 2]);
  });

  test('compares what is no JSON, and what is very long, as it is', () => {
    const long = `{"b":1,"a":"${'x'.repeat(70_000)}"}`;
    assert.equal(loop(...turn('a', '*** Begin'), ...turn('a', '*** Begin'))?.repeats, 2);
    assert.equal(loop(...turn('a', long), ...turn('a', long))?.repeats, 2);
    assert.equal(loop(...turn('a', long))?.calls[0]?.arguments, long);
  });

  test('is not looked back at for longer than need be', () => {
    const many = Array.from({ length: 1000 }, () => turn('a', '{}', true)).flat();
    assert.deepEqual(loop(...many)?.repeats, 32);
  });
});

test('a result says that the tool failed by its fields, and not in words', () => {
  for (const text of [
    '{"error":"not found"}',
    ' {"a":1,"error":{"code":3}}',
    '{"isError":true,"content":[]}',
    '{"is_error":true}',
    '{"success":false}',
    '{"ok" : false}',
  ])
    assert.equal(saysFailed(text), true, text);
  for (const text of [
    '',
    'Error: not found',
    '{"error":null}',
    '{"error":""}',
    '{"isError":false}',
    '{"success":true,"data":{"error":"x"}}',
    '{"error":',
    '[{"error":"x"}]',
    `{"error":"${'x'.repeat(100_000)}"}`,
  ])
    assert.equal(saysFailed(text), false, text.slice(0, 60));
});
