import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { circles, longLines, misordered, trespassing } from '../../scripts/structure/faults.js';
import { importsIn, type Import } from '../../scripts/structure/imports.js';
import { alteredMigrations, landed } from '../../scripts/structure/migrations.js';
import { packageFaults } from '../../scripts/structure/packages.js';
import { missingPaths } from '../../scripts/structure/paths.js';
import { folderImports, mermaid, reduced, roomTable, withPart } from '../../scripts/structure/picture.js';

const ORDER = ['base', 'schema', 'router', 'http'];

/** Imports of made-up files, by path. */
const importsOf = (files: Record<string, string>): Import[] =>
  Object.entries(files).flatMap(([path, text]) => importsIn(path, text));

describe('imports are found', () => {
  test('in every form, with the line they begin on', () => {
    const text = [
      "import { a } from './a.js';",
      'import type {',
      '  B,',
      "} from '../b/index.js';",
      "export * from './c.js';",
      "export type { D } from '../d.js';",
      "import 'express';",
      "const e = await import('./e.js');",
      "const text = 'import { no } from nowhere';",
    ].join('\n');
    assert.deepEqual(
      importsIn('src/http/app.ts', text).map(({ to, line }) => [to, line]),
      [
        ['src/http/a.ts', 1],
        ['src/b/index.ts', 2],
        ['src/http/c.ts', 5],
        ['src/d.ts', 6],
        ['express', 7],
        ['src/http/e.ts', 8],
      ],
    );
  });
});

describe('the order of folders', () => {
  test('lets a file import from its own folder and from folders below it', () => {
    const files = {
      'src/http/app.ts': "import { a } from './body.js';\nimport { b } from '../router/index.js';",
      'src/router/index.ts': "import express from 'express';\nimport type { C } from '../base/errors.js';",
    };
    assert.deepEqual(misordered(importsOf(files), ORDER), []);
  });

  test('refuses an import upward', () => {
    const files = { 'src/router/irt.ts': "\nimport { app } from '../http/app.js';" };
    assert.deepEqual(misordered(importsOf(files), ORDER), [
      'src/router/irt.ts:2: router may not import src/http/app.ts, as http stands above it',
    ]);
  });

  test('refuses a type import upward', () => {
    const files = { 'src/base/errors.ts': "import type { Id } from '../schema/ids.js';" };
    assert.deepEqual(misordered(importsOf(files), ORDER), [
      'src/base/errors.ts:1: base may not import src/schema/ids.ts, as schema stands above it',
    ]);
  });

  test('refuses a folder that it does not have, importing or imported', () => {
    const files = {
      'src/attic/old.ts': "import { a } from '../base/errors.js';",
      'src/http/app.ts': "import { old } from '../attic/old.js';",
    };
    assert.deepEqual(
      misordered(importsOf(files), ORDER).map((fault) => fault.replace(/:.*/, '')),
      ['src/attic/old.ts', 'src/http/app.ts'],
    );
  });
});

describe('circles of files', () => {
  test('are found through types, each once', () => {
    const files = {
      'src/a/one.ts': "import { two } from './two.js';",
      'src/a/two.ts': "import { three } from '../b/three.js';",
      'src/b/three.ts': "import type { One } from '../a/one.js';",
      'src/c/four.ts': "import { one } from '../a/one.js';",
    };
    assert.deepEqual(circles(importsOf(files)), ['a circle of files: src/a/one.ts, src/a/two.ts, src/b/three.ts']);
  });

  test('are not seen where two ways lead to one file', () => {
    const files = {
      'src/a/one.ts': "import { two } from './two.js';\nimport { three } from './three.js';",
      'src/a/two.ts': "import { three } from './three.js';",
    };
    assert.deepEqual(circles(importsOf(files)), []);
  });
});

describe('what a folder may know', () => {
  const confined = [
    ['src/router/mlp.ts', '@tensorflow/tfjs', 'src/tensor/'],
    ['src/queue/index.ts', 'better-sqlite3', 'src/store/'],
    ['src/decision/decider.ts', 'express', 'src/http/'],
    ['src/training/run.ts', 'bullmq', 'src/queue/'],
  ] as const;
  for (const [file, name, folder] of confined)
    test(`${name} outside ${folder} is refused, and inside it is not`, () => {
      const [fault] = trespassing(importsOf({ [file]: `import type { X } from '${name}';` }));
      assert.ok(fault?.startsWith(`${file}:1: only ${folder} imports ${name}: `), fault);
      assert.deepEqual(trespassing(importsOf({ [`${folder}x.ts`]: `import type { X } from '${name}';` })), []);
    });

  test('a folder that serves loads nothing that trains, but for types', () => {
    const files = {
      'src/http/jobs.ts': "import { train } from '../training/run.js';",
      'src/live/scorer.ts': "import type { Backend } from '../tensor/types.js';",
      'src/evaluation/folds.ts': "import { train } from '../training/run.js';",
    };
    assert.deepEqual(trespassing(importsOf(files)), [
      'src/http/jobs.ts:1: http serves, and may not load src/training/run.ts',
    ]);
  });
});

test('a line of more than 120 characters is refused, however many bytes it has', () => {
  assert.deepEqual(longLines('src/a.ts', `${'é'.repeat(120)}\n${'x'.repeat(121)}\n`), [
    'src/a.ts:2: 121 columns, at most 120 expected',
  ]);
});

describe('migrations', () => {
  const locked = { '0001_first.sql': 'a', '0002_second.sql': 'b' };

  test('may be added, once they are locked', () => {
    assert.deepEqual(alteredMigrations(locked, locked), []);
    const present = { ...locked, '0003_third.sql': 'c' };
    assert.match(alteredMigrations(present, locked).join(), /^migrations\/0003_third.sql: new: .*npm run structure/);
    assert.deepEqual(alteredMigrations(present, landed(present, locked)), []);
  });

  test('may not be edited, and locking again does not help', () => {
    const present = { ...locked, '0002_second.sql': 'B' };
    for (const lock of [locked, landed(present, locked)])
      assert.match(alteredMigrations(present, lock).join(), /^migrations\/0002_second.sql: edited .*new migration$/);
  });

  test('may not be removed or renamed', () => {
    const faults = alteredMigrations({ '0001_first.sql': 'a', '0002_other.sql': 'b' }, locked);
    assert.deepEqual(
      faults.map((fault) => fault.split(':', 2).join(':')),
      ['migrations/0002_second.sql: removed or renamed after it landed', 'migrations/0002_other.sql: new'],
    );
  });
});

describe('documents', () => {
  test('name paths that are there; patterns and programs are understood', () => {
    const text = [
      '`src/http/app.ts` and `dist/scripts/bench/http.js --data DIR`, `src/router/NAME.ts`, `docs/*.md`',
      '`node dist/scripts/test.js` `src/gone.ts` and `dist/scripts/gone.js`',
    ].join('\n');
    const there = new Set(['src/http/app.ts', 'scripts/bench/http.ts', 'scripts/test.ts']);
    assert.deepEqual(
      missingPaths('README.md', text, (path) => there.has(path)),
      [
        'README.md:2: names src/gone.ts, which is not there',
        'README.md:2: names dist/scripts/gone.js, which is not there',
      ],
    );
  });

  test('have the picture with users above what they use, without arrows that others imply', () => {
    const imports = importsOf({
      'src/http/app.ts': "import '../router/a.js';\nimport '../schema/b.js';\nimport '../base/c.js';",
      'src/router/a.ts': "import '../schema/b.js';",
      'src/schema/b.ts': "import '../base/c.js';",
    });
    assert.deepEqual(
      [...reduced(folderImports(imports, ORDER))],
      [
        ['base', []],
        ['schema', ['base']],
        ['router', ['schema']],
        ['http', ['router']],
      ],
    );
    assert.deepEqual(mermaid(imports, ORDER).split('\n').slice(2, -1), [
      '    Http["http"]',
      '    Router["router"]',
      '    Schema["schema"]',
      '    Base["base"]',
      '    Http --> Router',
      '    Router --> Schema',
      '    Schema --> Base',
    ]);
  });

  test('have their parts replaced, and nothing else', () => {
    const table = roomTable([{ name: 'base', holds: 'errors' }]);
    const text = 'Before\n<!-- rooms -->\nold\n<!-- /rooms -->\nafter';
    assert.equal(
      withPart(text, 'rooms', table),
      'Before\n<!-- rooms -->\n| room | holds |\n|---|---|\n| `base` | errors |\n<!-- /rooms -->\nafter',
    );
    assert.throws(() => withPart(text, 'picture', ''), /expected "<!-- picture -->"/);
  });
});

describe('packages', () => {
  const fine = { license: 'MIT', integrity: 'sha512-abc' };

  test('may have a choice of licences, and run what is listed', () => {
    const packages = {
      '': {},
      'node_modules/fine': fine,
      'node_modules/a/node_modules/@b/choice': { ...fine, license: '(GPL-3.0 OR MIT)' },
      'node_modules/both': { ...fine, license: 'MIT AND Zlib' },
      'node_modules/better-sqlite3': { ...fine, hasInstallScript: true },
    };
    assert.deepEqual(packageFaults(packages), []);
  });

  test('are refused for their licence, without a hash, and for scripts that nobody listed', () => {
    const packages = {
      'node_modules/gpl': { ...fine, license: 'GPL-3.0' },
      'node_modules/half': { ...fine, license: '(MIT AND GPL-3.0)' },
      'node_modules/untold': { integrity: 'sha512-abc' },
      'node_modules/a/node_modules/unhashed': { license: 'MIT' },
      'node_modules/running': { ...fine, hasInstallScript: true },
    };
    assert.deepEqual(packageFaults(packages), [
      'package-lock.json: gpl has the licence GPL-3.0',
      'package-lock.json: half has the licence (MIT AND GPL-3.0)',
      'package-lock.json: untold has the licence that nobody told',
      'package-lock.json: unhashed has no SHA-512',
      'package-lock.json: running runs a script when it is installed',
    ]);
  });
});
