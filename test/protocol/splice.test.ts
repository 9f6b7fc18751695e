import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createRng, type Rng } from '../../src/base/rng.js';
import { createSplice, type Edit } from '../../src/protocol/splice.js';

const set = (to: unknown) => () => JSON.stringify(to);
const remove = (old: string | undefined) => (old === undefined ? undefined : null);
const splice = (text: string, ...edits: Edit[]): string => createSplice(edits)(text);

describe('a splice', () => {
  const cases: [name: string, text: string, edits: Edit[], expected: string][] = [
    ['replaces a value', '{"a":1,"model":"auto", "b":2}', [[['model'], set('x')]], '{"a":1,"model":"x", "b":2}'],
    ['replaces an object', '{"a" : {"b":[1,{"c":"}"}]} }', [[['a'], set(0)]], '{"a" : 0 }'],
    ['keeps numbers as they were written', '{"a":1.50e+2,"b":1}', [[['b'], set(2)]], '{"a":1.50e+2,"b":2}'],
    ['keeps white space', ' {\n  "a" :\t1 ,\r\n "b":2\n}\n', [[['a'], set(9)]], ' {\n  "a" :\t9 ,\r\n "b":2\n}\n'],
    ['puts a new member first', '{"b":2}', [[['a'], set(1)]], '{"a":1,"b":2}'],
    ['puts a member into an empty object', '{ }', [[['a'], set(1)]], '{"a":1 }'],
    [
      'puts several in',
      '{"z":0}',
      [
        [['a'], set(1)],
        [['b'], set(2)],
      ],
      '{"a":1,"b":2,"z":0}',
    ],
    ['takes the first out', '{"a":1,"b":2}', [[['a'], remove]], '{"b":2}'],
    ['takes the last out', '{"a":1 , "b":2 }', [[['b'], remove]], '{"a":1 }'],
    ['takes the only one out', '{"a":1}', [[['a'], remove]], '{}'],
    [
      'takes all out',
      '{"a":1,"b":2}',
      [
        [['a'], remove],
        [['b'], remove],
      ],
      '{}',
    ],
    [
      'takes the last two out',
      '{"a":1,"b":2,"c":3}',
      [
        [['b'], remove],
        [['c'], remove],
      ],
      '{"a":1}',
    ],
    ['takes out what is twice there', '{"x":1,"a":1,"x":2}', [[['x'], remove]], '{"a":1}'],
    [
      'replaces one and takes the other out',
      '{"x":{},"a":1}',
      [
        [['x'], remove],
        [['b'], set(2)],
      ],
      '{"b":2,"a":1}',
    ],
    [
      'puts one in where none stays',
      '{"x":{}}',
      [
        [['x'], remove],
        [['b'], set(2)],
      ],
      '{"b":2}',
    ],
    ['edits both where a name is twice there', '{"m":"a","m":"b"}', [[['m'], set('c')]], '{"m":"c","m":"c"}'],
    ['finds a name with escapes', '{"mod\\u0065l":"a"}', [[['model'], set('c')]], '{"mod\\u0065l":"c"}'],
    [
      'is not misled by a text',
      '{"a":"\\"model\\":1,\\\\","model":1}',
      [[['model'], set(2)]],
      '{"a":"\\"model\\":1,\\\\","model":2}',
    ],
    [
      'looks at no deeper name',
      '{"a":{"model":1},"b":[{"model":1}]}',
      [[['model'], set(2)]],
      '{"model":2,"a":{"model":1},"b":[{"model":1}]}',
    ],
    [
      'goes down a path',
      '{"r":{"id":"x","id2":1},"id":"y"}',
      [[['r', 'id'], set('z')]],
      '{"r":{"id":"z","id2":1},"id":"y"}',
    ],
    ['puts one in below', '{"r":{}}', [[['r', 'id'], set('z')]], '{"r":{"id":"z"}}'],
    ['leaves what is no object', '{"r":[{"id":1}]}', [[['r', 'id'], set('z')]], '{"r":[{"id":1}]}'],
    ['leaves a list', '[{"a":1}]', [[['a'], set(2)]], '[{"a":1}]'],
    [
      'leaves what the change leaves',
      '{"a":1}',
      [
        [['a'], () => undefined],
        [['b'], () => undefined],
      ],
      '{"a":1}',
    ],
  ];
  for (const [name, text, edits, expected] of cases) test(name, () => assert.equal(splice(text, ...edits), expected));

  test('gives the text of the old value to the change', () => {
    const seen: (string | undefined)[] = [];
    const look = (old: string | undefined) => void seen.push(old);
    splice('{"a": {"b" : 1} ,"c":"\\n"}', [['a'], look], [['c'], look], [['d'], look]);
    assert.deepEqual(seen, ['{"b" : 1}', '"\\n"', undefined]);
  });

  test('ends on what is not JSON', () => {
    for (const text of [
      '',
      '{',
      '{"a',
      '{"a":',
      '{"a":1',
      '{"a":[1',
      '{"a":"\\',
      '{a:1}',
      '{"a" "b"}',
      'null',
      '{"a":1,,}',
    ])
      assert.equal(typeof splice(text, [['a'], set(1)], [['b'], remove]), 'string');
  });
});

const NAMES = ['model', 'id', 'a', 'b"', 'c\\', 'é\n', 'pointsman'];

function value(rng: Rng, depth: number): unknown {
  switch (rng.int(depth > 0 ? 7 : 5)) {
    case 0:
      return rng.int(100) / 7;
    case 1:
      return ['', 'a"b', '\\', '{"model":1}', '\u2028é😀', '],}'][rng.int(6)];
    case 2:
      return null;
    case 3:
      return rng.int(2) === 0;
    case 4:
      return NAMES[rng.int(NAMES.length)];
    case 5:
      return Array.from({ length: rng.int(4) }, () => value(rng, depth - 1));
    default:
      return Object.fromEntries(
        Array.from({ length: rng.int(5) }, () => [NAMES[rng.int(NAMES.length)], value(rng, depth - 1)]),
      );
  }
}

/** JSON with white space and escapes that nothing asked for. */
function write(rng: Rng, it: unknown): string {
  const blank = (): string => ['', '', ' ', '\n', '\t '][rng.int(5)]!;
  const string = (text: string): string =>
    `"${Array.from({ length: text.length }, (_, i) =>
      rng.int(6) === 0
        ? `\\u${text.charCodeAt(i).toString(16).padStart(4, '0')}`
        : JSON.stringify(text[i]!).slice(1, -1),
    ).join('')}"`;
  const list = (open: string, items: string[], close: string): string =>
    `${open}${blank()}${items.join(`${blank()},${blank()}`)}${blank()}${close}`;
  if (typeof it === 'string') return string(it);
  if (typeof it !== 'object' || it === null) return JSON.stringify(it);
  if (Array.isArray(it))
    return list(
      '[',
      it.map((one) => write(rng, one)),
      ']',
    );
  const members = Object.entries(it).map(([name, one]) => `${string(name)}${blank()}:${blank()}${write(rng, one)}`);
  return list('{', members, '}');
}

type Tree = Record<string, unknown>;
const isTree = (it: unknown): it is Tree => typeof it === 'object' && it !== null && !Array.isArray(it);

test('a splice does what editing the parsed value does, whatever the text', () => {
  const rng = createRng(20);
  for (let run = 0; run < 3000; run++) {
    const root = Object.fromEntries(Array.from({ length: rng.int(6) }, () => [NAMES[rng.int(7)], value(rng, 3)]));
    const text = `${['', ' ', '\n'][rng.int(3)]}${write(rng, root)}`;
    const expected = JSON.parse(text) as Tree;
    const edits: Edit[] = [];
    for (const name of NAMES.slice(0, 1 + rng.int(NAMES.length))) {
      const kind = rng.int(4);
      const below = rng.int(3) === 0 ? NAMES[rng.int(7)]! : undefined;
      const change = kind === 0 ? remove : kind === 1 ? set({ new: run }) : kind === 2 ? set('x"') : () => undefined;
      edits.push([below === undefined ? [name] : [name, below], change]);
      const parent = below === undefined ? expected : expected[name];
      if (!isTree(parent) || (below !== undefined && !Object.hasOwn(expected, name))) continue;
      const last = below ?? name;
      if (kind === 0) delete parent[last];
      else if (kind < 3) parent[last] = kind === 1 ? { new: run } : 'x"';
    }
    assert.deepEqual(JSON.parse(splice(text, ...edits)), expected, text);
  }
});
