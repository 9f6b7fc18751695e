import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { missingFrom, strayCommands } from '../../scripts/docs/blocks.js';
import { packageRoot } from '../../src/base/paths.js';
import { pages } from './pages.js';
import { runBlocks } from './session.js';
import { openWorld, type World } from './world.js';

const all = pages();
const commandsOf = ({ blocks }: (typeof all)[number]) =>
  blocks.flatMap((one) => ('command' in one ? [one.command] : []));

describe('commands of the documents', () => {
  test('stand in blocks of their own', () => {
    const stray = all.flatMap(({ path, text }) => strayCommands(text).map((line) => `${path}:${line}`));
    assert.deepEqual(stray, [], 'in a block that is not marked `sh`');
  });

  test('that are not run say why, or which test runs them', () => {
    for (const page of all)
      for (const { line, notRun, runBy } of commandsOf(page)) {
        if (notRun !== undefined) assert.ok(notRun.length >= 10, `${page.path}:${line}: no reason: ${notRun}`);
        if (runBy === undefined) continue;
        const file = join(packageRoot, runBy);
        assert.ok(existsSync(file), `${page.path}:${line}: there is no ${runBy}`);
        assert.match(readFileSync(file, 'utf8'), /\btest\(/, `${page.path}:${line}: ${runBy} is no test`);
      }
  });
});

describe('commands of', { concurrency: 2 }, () => {
  let world: World;
  before(async () => {
    world = await openWorld();
  });
  after(() => world.close());

  for (const page of all) {
    const run = commandsOf(page).filter(({ notRun, runBy }) => notRun === undefined && runBy === undefined);
    if (run.length === 0) continue;
    test(`${posix.basename(page.path)} do what it says (${page.path}, ${run.length} blocks)`, async () => {
      const place = await world.place();
      try {
        const { written, code } = await runBlocks(page.blocks, place);
        const last = written.at(-1);
        assert.equal(code, 0, `${page.path}:${last?.block.line}: ended with ${code}:\n${last?.output}`);
        assert.equal(written.length, run.length, `${page.path}: not all blocks were run`);
        for (const { block, output } of written) {
          if (block.shown === undefined) continue;
          const missing = missingFrom(output, place.here(block.shown));
          assert.equal(
            missing,
            undefined,
            `${page.path}:${block.line}: ${missing} is not in what it wrote:\n${output}`,
          );
        }
      } finally {
        await place.close();
      }
    });
  }
});
