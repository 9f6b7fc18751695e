/**
 * What removing, forgetting and vacuuming cost, and how long others wait meanwhile: on a ledger of LINES interactions
 * in a temporary folder, while another process on it posts feedback and reads some fifty times a second, as a service's
 * does (25 ms in the ledger, ten seconds in all).
 *
 *     node dist/scripts/bench/retention.js [LINES]      (default 400000: some 200 MB)
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { whileBusy } from '../../src/base/while-busy.js';
import { createPace } from '../../src/base/pace.js';
import { createRng } from '../../src/base/rng.js';
import { table } from '../../src/cli/output.js';
import { createForgetting } from '../../src/dataset/forget.js';
import { openEncoder } from '../../src/encoder/index.js';
import { createFeedbackCommitter } from '../../src/feedback/commit.js';
import { Interaction } from '../../src/schema/feedback.js';
import { RetentionSettings } from '../../src/schema/retention.js';
import { openLedger, type Ledger } from '../../src/store/open.js';
import { Database } from '../../src/store/sqlite/database.js';

const START = Date.UTC(2026, 0, 1);
const PAUSE_MS = 20;
/** How long a write of a service waits in the ledger, in milliseconds. */
const BUSY_MS = 25;
const TEXT =
  'a train leaves in the morning and covers the way between two towns; on its way it meets another one that left ' +
  'later and goes at another speed in the other direction; say when they meet, where, and how far each has come';

interface Waits {
  posts: number;
  refused: number;
  longestPostMs: number;
  longestReadMs: number;
}

/** The other process: posts and reads until it is told to stop, and says how long it waited since it was asked last. */
async function beOther(path: string): Promise<void> {
  const ledger = await openLedger(path, { clock: Date.now, busyTimeoutMs: BUSY_MS });
  const committer = createFeedbackCommitter(ledger.feedback);
  const none = (): Waits => ({ posts: 0, refused: 0, longestPostMs: 0, longestReadMs: 0 });
  let waits = none();
  process.on('message', () => {
    process.send!(waits);
    waits = none();
  });
  process.once('disconnect', () => process.exit());
  const timed = async (work: () => Promise<unknown>): Promise<number> => {
    const began = performance.now();
    await work();
    return performance.now() - began;
  };
  async function post(n: number): Promise<void> {
    const value = Interaction.parse({ query: `new ${n} ${TEXT}`, model: 'bench/llm-0', score: 1 });
    try {
      const took = await timed(() => committer.commit({ records: [{ kind: 'interaction', value }] }));
      waits.longestPostMs = Math.max(waits.longestPostMs, took);
      waits.posts++;
    } catch {
      waits.refused++;
    }
  }
  let posting: Promise<void> | undefined;
  for (let n = 0; ; n++) {
    posting ??= post(n).finally(() => (posting = undefined));
    waits.longestReadMs = Math.max(waits.longestReadMs, await timed(() => ledger.feedback.stats()));
    await sleep(PAUSE_MS);
  }
}

async function fill(ledger: Ledger, lines: number): Promise<void> {
  const rng = createRng(3);
  const file = await ledger.imports.begin();
  for (let from = 0; from < lines; from += 1_000) {
    await file.add(
      Array.from({ length: Math.min(1_000, lines - from) }, (_, i) => {
        const n = from + i;
        const query = `Question ${n >> 1}, of ${rng.int(1_000_000)}: ${TEXT}`;
        const at = new Date(START + n * 1_000).toISOString();
        const value = { query, model: `bench/llm-${n % 8}`, score: rng.next(), task: `task-${n % 12}`, at };
        return { kind: 'interaction' as const, value: value as Interaction };
      }),
    );
  }
  await file.commit();
  await file.end();
}

async function waitsOf(other: ChildProcess): Promise<Waits> {
  other.send('tell');
  const [waits] = (await once(other, 'message')) as [Waits];
  return waits;
}

async function main(lines: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'pointsman-bench-'));
  const path = join(folder, 'ledger.sqlite');
  let other: ChildProcess | undefined;
  try {
    // As a ledger from before: it does not give back its pages until it is vacuumed.
    const db = new Database(path);
    db.pragma('journal_mode = WAL');
    db.close();
    // As a service opens it, and as the command that vacuums does.
    const ledger = await openLedger(path, { clock: Date.now, busyTimeoutMs: BUSY_MS });
    const command = await openLedger(path, { clock: Date.now, busyTimeoutMs: 60_000 });
    await fill(ledger, lines);
    const encoder = await openEncoder('static');
    other = fork(fileURLToPath(import.meta.url), ['--other', path]);
    await sleep(1_000);

    const rows: (string | number)[][] = [];
    async function measure(what: string, work: (part: <T>(one: () => Promise<T>) => Promise<T>) => Promise<number>) {
      await waitsOf(other!);
      const before = statSync(path).size;
      let [longest, spent, parts] = [0, 0, 0];
      const began = performance.now();
      const count = await work(async (one) => {
        const partBegan = performance.now();
        const answer = await one();
        const took = performance.now() - partBegan;
        longest = Math.max(longest, took);
        spent += took;
        parts++;
        return answer;
      });
      const seconds = (performance.now() - began) / 1000;
      const { posts, refused, longestPostMs, longestReadMs } = await waitsOf(other!);
      rows.push([
        what,
        count,
        seconds.toFixed(1),
        (spent / Math.max(1, parts)).toFixed(0),
        longest.toFixed(0),
        longestPostMs.toFixed(0),
        longestReadMs.toFixed(0),
        posts,
        refused,
        (before / 1e6).toFixed(0),
        (statSync(path).size / 1e6).toFixed(0),
      ]);
    }
    const sweep = async (part: <T>(one: () => Promise<T>) => Promise<T>): Promise<number> => {
      const removed = async (): Promise<number> =>
        (await ledger.retention.sizes()).find((size) => size.table === 'interaction')!.removed;
      const first = await removed();
      const pace = createPace({ turnMs: 4, othersShare: 0.75 });
      while (await whileBusy(60_000, () => part(() => ledger.retention.sweep()))) await pace.rest();
      return (await removed()) - first;
    };
    const limit = (interactions: object): Promise<void> =>
      ledger.settings.put('retention', RetentionSettings.parse({ interactions }));

    await measure('nothing', async () => (await sleep(2_000), 0));
    await measure('vacuum, of a ledger from before', async (part) => (await part(() => command.retention.vacuum()), 0));
    await limit({ max_rows: Math.floor(lines * 0.75) });
    await measure('a quarter removed, oldest first', sweep);
    await limit({ max_age_days: (Date.now() - (START + lines * 500)) / 86_400_000 });
    await measure('another quarter, by age', sweep);
    await limit({});
    await measure('an eighth of texts forgotten', async (part) => {
      const before = START + lines * 625;
      const { retention, embeddings } = ledger;
      const timed = {
        retention: {
          ...retention,
          toForget: (...args: Parameters<typeof retention.toForget>) => part(() => retention.toForget(...args)),
          forgetTexts: (...args: Parameters<typeof retention.forgetTexts>) =>
            part(() => retention.forgetTexts(...args)),
          forgetRest: (...args: Parameters<typeof retention.forgetRest>) => part(() => retention.forgetRest(...args)),
          settle: () => part(() => retention.settle()),
        },
        embeddings: {
          ...embeddings,
          put: (...args: Parameters<typeof embeddings.put>) => part(() => embeddings.put(...args)),
        },
      };
      return (await createForgetting({ ledger: timed, encoder }).forget({ before })).texts;
    });
    await measure('vacuum again', async (part) => (await part(() => command.retention.vacuum()), 0));
    await ledger.close();
    await command.close();
    process.stdout.write(
      `${table(
        [
          `${lines} interactions`,
          'rows or texts',
          'seconds',
          'mean part, ms',
          'longest part, ms',
          'longest post of another process, ms',
          'longest read, ms',
          'posts',
          'refused',
          'MB before',
          'MB after',
        ],
        rows,
      )}\n`,
    );
  } finally {
    other?.disconnect();
    rmSync(folder, { recursive: true, force: true });
  }
}

const [first, path] = process.argv.slice(2);
if (first === '--other') await beOther(path!);
else await main(Number(first ?? 400_000));
