/**
 * Import throughput: the importer beside a bare contender that does no more than JSON.parse and insert each line into
 * one table, on the same file in the same run. Usage: node dist/scripts/bench/import.js [LINES] (default 500000).
 */
import { fork } from 'node:child_process';
import { createReadStream, createWriteStream, mkdtempSync, rmSync, statSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { createRng } from '../../src/base/rng.js';
import { Database } from '../../src/store/sqlite/database.js';
import { importFiles } from '../../src/importer/index.js';
import { openLedger } from '../../src/store/open.js';

const NUM_LLMS = 8;
const CONTENDERS = ['pointsman', 'bare'] as const;
type Contender = (typeof CONTENDERS)[number];

interface Measured {
  contender: Contender;
  rows: number;
  seconds: number;
  peakRssMib: number;
}

/** Interactions of `NUM_LLMS` LLMs on `lines / NUM_LLMS` queries, in random order of LLM within a query. */
async function writeLines(path: string, lines: number): Promise<void> {
  const rng = createRng(7);
  const out = createWriteStream(path);
  for (let i = 0; i < lines; i++) {
    const query = Math.floor(i / NUM_LLMS);
    const line = {
      query:
        `Question ${query}: a train leaves at ${query % 24}:${10 + (query % 50)} and covers ` +
        `${100 + (query % 900)} km at ${40 + (query % 160)} km/h; when does it arrive?`,
      model: `bench/llm-${i % NUM_LLMS}`,
      score: Math.round(rng.next() * 1000) / 1000,
      task: `task-${query % 12}`,
      cost_usd: Math.round(rng.next() * 1e6) / 1e9,
      latency_ms: 100 + rng.int(2000),
      prompt_tokens: 30 + rng.int(20),
      completion_tokens: rng.int(400),
    };
    if (!out.write(`${JSON.stringify(line)}\n`)) await once(out, 'drain');
  }
  out.end();
  await once(out, 'finish');
}

async function importWithPointsman(file: string, folder: string): Promise<number> {
  const ledger = await openLedger(join(folder, 'ledger.sqlite'), { clock: Date.now });
  const report = await importFiles(ledger, [file]);
  await ledger.close();
  return report.interactions;
}

/** Nothing is checked, deduplicated or referenced. */
async function importBare(file: string, folder: string): Promise<number> {
  const db = new Database(join(folder, 'bare.sqlite'));
  db.pragma('journal_mode = WAL');
  db.exec(
    'CREATE TABLE interaction (query TEXT, model TEXT, task TEXT, score REAL, cost_usd REAL, latency_ms REAL, ' +
      'prompt_tokens INTEGER, completion_tokens INTEGER); BEGIN',
  );
  const insert = db.prepare(
    'INSERT INTO interaction VALUES (@query, @model, @task, @score, @cost_usd, @latency_ms, @prompt_tokens, ' +
      '@completion_tokens)',
  );
  let rows = 0;
  for await (const line of createInterface({ input: createReadStream(file) })) {
    insert.run(JSON.parse(line));
    rows++;
  }
  db.exec('COMMIT');
  db.close();
  return rows;
}

/** In a process of its own, so that each contender's peak memory is its own. */
async function contend(contender: Contender, file: string, folder: string): Promise<Measured> {
  const begun = performance.now();
  const rows = await { pointsman: importWithPointsman, bare: importBare }[contender](file, folder);
  return {
    contender,
    rows,
    seconds: (performance.now() - begun) / 1000,
    peakRssMib: process.resourceUsage().maxRSS / 1024,
  };
}

async function main(lines: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'pointsman-bench-'));
  try {
    const file = join(folder, 'interactions.jsonl');
    await writeLines(file, lines);
    console.log(`${lines} interaction lines, ${(statSync(file).size / 2 ** 20).toFixed(0)} MiB`);
    const results: Measured[] = [];
    for (const contender of CONTENDERS) {
      const child = fork(fileURLToPath(import.meta.url), [contender, file, folder]);
      const [measured] = (await once(child, 'message')) as [Measured];
      results.push(measured);
    }
    console.table(
      results.map((r) => ({
        contender: r.contender,
        rows: r.rows,
        seconds: r.seconds.toFixed(2),
        'rows/s': Math.round(r.rows / r.seconds),
        'peak RSS MiB': Math.round(r.peakRssMib),
      })),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const [first, file, folder] = process.argv.slice(2);
if (file !== undefined && folder !== undefined) process.send!(await contend(first as Contender, file, folder));
else await main(Number(first ?? 500_000));
