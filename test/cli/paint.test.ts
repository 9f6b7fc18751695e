import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { describe, test } from 'node:test';
import { join } from 'node:path';
import { packageRoot } from '../../src/base/paths.js';
import { isColoured } from '../../src/cli/paint.js';
import { done, ENV, jsonLines, pointsman, scoreRows, workplace } from './support.js';

const ESCAPE = '\u001b[';
const MAIN = join(packageRoot, 'dist/src/cli/main.js');

describe('colour', () => {
  test('is where a terminal reads along, unless NO_COLOR or FORCE_COLOR say otherwise', () => {
    const cases: [isTTY: boolean, env: NodeJS.ProcessEnv, coloured: boolean][] = [
      [true, {}, true],
      [false, {}, false],
      [true, { NO_COLOR: '1' }, false],
      [true, { NO_COLOR: '' }, true],
      [true, { TERM: 'dumb' }, false],
      [false, { FORCE_COLOR: '1' }, true],
      [true, { FORCE_COLOR: '0' }, false],
      [false, { NO_COLOR: '1', FORCE_COLOR: '1' }, false],
    ];
    for (const [isTTY, env, coloured] of cases) assert.equal(isColoured({ isTTY }, env), coloured, JSON.stringify(env));
  });

  test('is in tables and errors, and never in JSON or a pipe', async (t) => {
    const { data, file } = workplace(t);
    await done('import', file('log.jsonl', jsonLines(scoreRows(4))), '--data', data);
    const forced = { env: { FORCE_COLOR: '1' } };
    const [plain, coloured, json, error] = [
      await pointsman(['models', '--data', data]),
      await pointsman(['models', '--data', data], forced),
      await pointsman(['models', '--json', '--data', data], forced),
      await pointsman(['models', 'show', 'nobody', '--data', data], forced),
    ];
    assert.ok(!plain.stdout.includes(ESCAPE));
    assert.ok(coloured.stdout.startsWith(`${ESCAPE}2mLLM`), JSON.stringify(coloured.stdout));
    // oxlint-disable-next-line no-control-regex
    assert.equal(coloured.stdout.replaceAll(/\u001b\[\d+m/g, ''), plain.stdout, 'nothing moves by it');
    assert.ok(!json.stdout.includes(ESCAPE));
    assert.ok(error.stderr.startsWith(`${ESCAPE}31mpointsman:${ESCAPE}0m `), JSON.stringify(error.stderr));
  });

  test(
    'is on a real terminal',
    { skip: spawnSync('script', ['--version']).error !== undefined && 'there is no script(1)' },
    async (t) => {
      const { data, file } = workplace(t);
      await done('import', file('log.jsonl', jsonLines(scoreRows(4))), '--data', data);
      const on = (env: NodeJS.ProcessEnv): string =>
        execFileSync('script', ['-qec', `${process.execPath} ${MAIN} models --data ${data}`, '/dev/null'], {
          encoding: 'utf8',
          env: { ...ENV, TERM: 'xterm', ...env },
        });
      assert.ok(on({}).includes(`${ESCAPE}2m`));
      assert.ok(!on({ NO_COLOR: '1' }).includes(ESCAPE));
    },
  );
});
