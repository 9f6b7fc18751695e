/**
 * `npm test [-- FILTER…]`: runs every test file of `test/`, or those whose path holds one of the filters. Ends with
 * what was left out and why, and then exactly `N passed, N failed`, with `, N skipped` where some were. The exit code
 * is 1 when a test failed or none passed.
 */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { packageRoot } from '../src/base/paths.js';

/** Longest run of one file, in milliseconds. */
const FILE_TIMEOUT_MS = 900_000;

/** Files that take seconds, the longest first: begun late, one of them would run on alone. */
const LONG = [
  'dashboard/pages',
  'docs/commands',
  'cli/service',
  'cli/commands',
  'cli/evaluate',
  'training/trainer',
  'cli/outage',
  'cli/schedule',
  'cli/redis',
  'training/run',
  'cli/crash',
  'evaluation/evaluate',
  'cli/usage',
  'scripts/setup-tensorflow',
  'router/profile-routers',
  'learned/train/gnn',
  'tensor/parity',
  'tensor/backend',
  'store/sqlite/durability',
  'router/baselines',
  'store/sqlite',
  'http/jobs',
  'client/browser',
  'dashboard/keys',
];

/** Files that wait for servers and timers nearly all of their time: they run beside the others, one at a time. */
const WAITING = ['queue/'];

/** The parts of node:test's events that are counted here. */
interface Told {
  type: string;
  data: {
    name: string;
    file?: string;
    skip?: string | boolean;
    details: { type?: string; error?: { failureType?: string } };
  };
}

/** Compiled test files. `dist` may hold files whose source is gone, so the sources say which there are. */
function testFiles(filters: readonly string[]): string[] {
  return readdirSync(join(packageRoot, 'test'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => join('test', name))
    .filter((path) => filters.length === 0 || filters.some((filter) => path.includes(filter)))
    .toSorted()
    .map((path) => join(packageRoot, 'dist', path.replace(/ts$/, 'js')));
}

/** Where a file stands in the order to run in: the {@link LONG} ones first. */
function rank(file: string): number {
  const found = LONG.findIndex((name) => sourceOf(file).startsWith(`test/${name}.`));
  return found === -1 ? LONG.length : found;
}

/** Runs the files, and hands on what is told of them, lane by lane. */
async function* eventsOf(files: readonly string[]): AsyncGenerator<unknown> {
  const waits = (file: string): boolean => WAITING.some((name) => sourceOf(file).startsWith(`test/${name}`));
  const busy = files.filter((file) => !waits(file)).toSorted((a, b) => rank(a) - rank(b));
  const lanes = [
    { files: busy, concurrency: Math.min(availableParallelism(), 4) },
    { files: files.filter(waits), concurrency: 1 },
  ];
  const running = lanes
    .filter((lane) => lane.files.length > 0)
    .map((lane) => run({ ...lane, timeout: FILE_TIMEOUT_MS }));
  for (const events of running) yield* events;
}

const sourceOf = (file: string): string => relative(join(packageRoot, 'dist'), file).replace(/js$/, 'ts');

async function main(filters: readonly string[]): Promise<boolean> {
  const files = testFiles(filters);
  if (files.length === 0)
    process.stderr.write(
      `No test file's path holds ${filters.map((filter) => JSON.stringify(filter)).join(' or ')}.\n`,
    );
  let passed = 0;
  let failed = 0;
  const leftOut: string[] = [];

  if (files.length > 0) {
    const count = ({ type, data }: Told): void => {
      const { name, file = '', skip, details } = data;
      if (type === 'test:pass') {
        if (skip !== undefined)
          leftOut.push(`${name} (${sourceOf(file)}): ${skip === true ? 'no reason given' : skip}`);
        // A file in which no test ran is reported as one that passed.
        else if (name === file) {
          failed++;
          process.stdout.write(`${sourceOf(file)} holds no tests\n`);
        } else if (details.type !== 'suite') passed++;
      }
      // A suite fails with its tests, which are counted; by itself only through its hooks.
      if (type === 'test:fail' && details.error?.failureType !== 'subtestsFailed') failed++;
    };
    const events = Readable.from(eventsOf(files)).on('data', count);
    const report = events.compose(new spec());
    report.pipe(process.stdout, { end: false });
    await finished(report);
  }

  if (leftOut.length > 0) process.stdout.write(`\nLeft out:\n${leftOut.map((line) => `  ${line}\n`).join('')}`);
  process.stdout.write(
    `\n${passed} passed, ${failed} failed${leftOut.length > 0 ? `, ${leftOut.length} skipped` : ''}\n`,
  );
  return failed === 0 && passed > 0;
}

/** What test files make once for all of them, such as `test/support/queue-folder.ts`. */
const shared = mkdtempSync(join(tmpdir(), 'pointsman-tests-'));
process.env['POINTSMAN_TEST_SHARED'] = shared;
try {
  if (!(await main(process.argv.slice(2)))) process.exitCode = 1;
} finally {
  rmSync(shared, { recursive: true, force: true });
}
