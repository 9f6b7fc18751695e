import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { AHEAD_MS, isAhead, systemUptime } from '../../src/base/clock.js';
import { packageRoot } from '../../src/base/paths.js';

test('processes of a machine have one uptime, whatever they think that the time is', () => {
  const clock = pathToFileURL(join(packageRoot, 'dist/src/base/clock.js')).href;
  const script =
    `Date.now = () => 0; const { systemUptime } = await import(${JSON.stringify(clock)}); ` +
    `const { boot, ms } = systemUptime(); process.stdout.write(JSON.stringify({ boot, ms: ms() }))`;
  const before = systemUptime();
  const began = before.ms();
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { timeout: 30_000 });
  const other = JSON.parse(stdout.toString()) as { boot: string; ms: number };
  assert.ok(other.ms >= began && other.ms <= before.ms(), `${began}, then ${other.ms}`);
  if (process.platform === 'linux') assert.equal(other.boot, before.boot);
});

test('a time is ahead where no other process can be so far', () => {
  assert.deepEqual(
    [isAhead(5, 5), isAhead(5 + AHEAD_MS, 5), isAhead(6 + AHEAD_MS, 5), isAhead(5, 6)],
    [false, false, true, false],
  );
});
