import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ERROR_CODES } from '../../src/base/errors.js';
import { packageRoot } from '../../src/base/paths.js';

const ROW = /^\| `([a-z_]+)` \| (\d+) \| (\d) \| (.+) \| (.+) \|$/gm;

test('docs/errors.md has every code once, with its HTTP status and exit code', () => {
  const rows = Array.from(
    readFileSync(join(packageRoot, 'docs/errors.md'), 'utf8').matchAll(ROW),
    ([, code, status, exit]) => [code!, { status: Number(status), exit: Number(exit) }] as const,
  );
  assert.deepEqual(
    rows.toSorted(([a], [b]) => (a < b ? -1 : 1)),
    Object.entries(ERROR_CODES)
      .map(([code, { status, exit }]) => [code, { status, exit }] as const)
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
});
