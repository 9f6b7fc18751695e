import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { foldOf } from '../../src/evaluation/folds.js';
import type { GraphRows } from '../../src/graph/rows.js';
import { readRows } from './read-rows.js';

/**
 * A log's rows, of queries that are spread over all, and of LLMs of like strength.
 *
 * @param log `FOLDER[:QUERIES|all[:LLMS]]`: a folder with `models.json` and lines of score rows, gzipped; how many of
 *   its queries are used; and how many LLMs are picked, those around the 60th percentile
 */
export async function readLog(log: string): Promise<{ name: string; rows: GraphRows }> {
  const [path, queries = 'all', pool] = log.split(':') as [string, string?, string?];
  const file = existsSync(`${path}.jsonl.gz`) ? `${path}.jsonl.gz` : join(path, 'interactions.jsonl.gz');
  let lines = gunzipSync(readFileSync(file))
    .toString()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
  if (queries !== 'all') {
    const size = Number(queries);
    const texts = [...new Set(lines.map((line) => line.query))].toSorted(
      (a, b) => foldOf(a, 1_000_003) - foldOf(b, 1_000_003),
    );
    const kept = new Set(texts.slice(0, size));
    lines = lines.filter((line) => kept.has(line.query));
  }
  const alike = pool === undefined ? null : alikeLlms(lines, Number(pool));
  const models = JSON.parse(readFileSync(join(dirname(file), 'models.json'), 'utf8')) as Record<string, unknown>;
  const known = Object.entries(models).filter(([id]) => alike === null || alike.has(id));
  const folder = mkdtempSync(join(tmpdir(), 'pointsman-bench-'));
  try {
    const files = [join(folder, 'models.json'), join(folder, 'log.jsonl')] as const;
    writeFileSync(files[0], JSON.stringify(Object.fromEntries(known)));
    writeFileSync(files[1], lines.flatMap((line) => written(line, alike)).join(''));
    return { name: basename(dirname(file)), rows: await readRows(known.length > 0 ? [...files] : [files[1]]) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

interface Line {
  query: string;
  task?: string;
  scores?: Record<string, number>;
  model?: string;
  score?: number;
}

const scoresOf = ({ scores, model, score }: Line): Record<string, number> => scores ?? { [model!]: score! };

function written(line: Line, alike: ReadonlySet<string> | null): string[] {
  const scores = Object.entries(scoresOf(line)).filter(([id]) => alike === null || alike.has(id));
  if (scores.length === 0) return [];
  return [`${JSON.stringify({ query: line.query, task: line.task, scores: Object.fromEntries(scores) })}\n`];
}

function alikeLlms(lines: readonly Line[], size: number): Set<string> {
  const sums = new Map<string, { sum: number; count: number }>();
  for (const line of lines)
    for (const [id, score] of Object.entries(scoresOf(line))) {
      const of = sums.get(id) ?? { sum: 0, count: 0 };
      sums.set(id, { sum: of.sum + score, count: of.count + 1 });
    }
  const order = [...sums].toSorted((a, b) => a[1].sum / a[1].count - b[1].sum / b[1].count).map(([id]) => id);
  const from = Math.max(0, Math.min(order.length - size, Math.floor(0.6 * order.length) - (size >> 1)));
  return new Set(order.slice(from, from + size));
}
