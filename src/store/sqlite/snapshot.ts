import { isStatic } from '../../schema/profile.js';
import type { QueryKeys, SnapshotRows } from '../../graph/rows.js';
import { byName } from '../../graph/order.js';
import type { CatalogReader } from './catalog.js';
import type { Connection } from './connection.js';
import { weighAnswers, type ChangePoint } from '../../graph/recency.js';
import { aggregateScores, QueryRanks, sortPreferences } from '../../graph/aggregate.js';
import type { ReadSettings } from './settings.js';
import type { TableSizes } from './table-sizes.js';
import type { AnsweredQuery, SnapshotOptions, SnapshotStore } from '../ports/snapshot.js';

type InteractionColumns = [
  query: number,
  llm: number,
  task: number | null,
  score: number | null,
  at: number,
  propensity: number | null,
  weight: number,
  isSignal: number,
];
type ChangeColumns = [llm: number, task: number | null, at: number];
type Answered = AnsweredQuery['answers'][number];
type PreferenceColumns = [query: number, better: number, worse: number, task: number | null, at: number];

/**
 * Reads canonical rows for a graph; see {@link SnapshotRows}. Queries that no live LLM was asked are left out.
 */
export function createSnapshot(
  connection: Connection,
  { catalog, sizes, settings }: { catalog: CatalogReader; sizes: TableSizes; settings: ReadSettings },
): SnapshotStore {
  const { db } = connection;
  const tasks = db.prepare<[], Named>('SELECT id AS key, name AS id, description FROM task');
  const domains = db.prepare<[], Named>('SELECT id AS key, name AS id, description FROM domain');
  const families = db.prepare<[], Named>(
    "SELECT id AS key, name AS id, description FROM family WHERE description <> '' OR id IN (SELECT family " +
      'FROM llm WHERE deleted = 0)',
  );
  const taskDomains = db.prepare<[], [number, number]>('SELECT task, domain FROM task_domain').raw();
  const lastQuery = db.prepare<[], number>('SELECT ifnull(max(id), 0) FROM query').pluck();
  const interactions = db
    .prepare<[], InteractionColumns>(
      'SELECT query, llm, task, score, at, propensity, weight, signal IS NOT NULL FROM interaction ORDER BY id',
    )
    .raw();
  const changes = db.prepare<[], ChangeColumns>('SELECT llm, task, at FROM change_point').raw();
  const preferences = db
    .prepare<[], PreferenceColumns>('SELECT query, better, worse, task, at FROM preference ORDER BY id')
    .raw();
  const queries = db.prepare<[], [id: number, hash: Buffer]>('SELECT id, hash FROM query ORDER BY hash').raw();
  const queryOf = db.prepare<[Buffer], { id: number; text: string }>('SELECT id, text FROM query WHERE hash = ?');
  const answersOf = db.prepare<[number, number], Answered>(
    'SELECT llm.name AS model, sum(i.score * i.weight) / sum(i.weight) AS score, count(*) AS answers FROM (SELECT ' +
      'llm, score, weight FROM interaction WHERE query = ? AND score IS NOT NULL ORDER BY at DESC LIMIT ?) i ' +
      'JOIN llm ON llm.id = i.llm WHERE llm.deleted = 0 AND llm.undeclared = 0 GROUP BY llm.id ORDER BY score DESC, ' +
      'llm.name',
  );
  const textOf = db.prepare<[Buffer], string | null>("SELECT nullif(text, '') FROM query WHERE hash = ?").pluck();

  const read = ({ halfLifeDays = null }: SnapshotOptions): SnapshotRows => {
    const llms = catalog.live();
    const metrics = settings('metrics');
    const llmIndex = indexOf(llms.map((llm) => llm.key));
    // What is declared of these stands: their answers tell what is asked, and no more.
    const fixed = new Set(llms.flatMap(({ profile }, l) => (isStatic(profile) ? [l] : [])));
    const taskRows = named(tasks.all());
    const taskIndex = indexOf(taskRows.map((task) => task.key));
    const domainRows = named(domains.all());
    const domainIndex = indexOf(domainRows.map((domain) => domain.key));
    const [interactionRows, preferenceRows] = [sizes.of('interaction').rows, sizes.of('preference').rows];
    const labels = new QueryLabels(lastQuery.get()!);

    const points = changes.all().map(([llm, task, at]): ChangePoint => ({ llm: llmIndex(llm), task, at }));
    const weighed = points.some((point) => point.llm >= 0) || halfLifeDays !== null;

    /** Answers the row. */
    const append = (answers: AnswerColumns, query: number, at: number): number => {
      answers.query[answers.length] = query;
      if (weighed) answers.at[answers.length] = at;
      labels.touch(query);
      return answers.length++;
    };
    const edges = {
      ...answerColumns(interactionRows, weighed),
      llm: new Int32Array(interactionRows),
      score: new Float64Array(interactionRows),
      propensity: undefined as Float32Array | undefined,
      weight: undefined as Float32Array | undefined,
      observed: undefined as Uint8Array | undefined,
    };
    /** Few logs have any. */
    const propensities = (): Float32Array => (edges.propensity ??= new Float32Array(interactionRows).fill(NaN));
    const weights = (): Float32Array => (edges.weight ??= new Float32Array(interactionRows).fill(1));
    const observed = (): Uint8Array => (edges.observed ??= new Uint8Array(interactionRows));
    for (const [query, llm, task, score, at, propensity, weight, isSignal] of interactions.iterate()) {
      labels.give(query, task, at);
      const index = llmIndex(llm);
      if (index < 0) continue;
      if (fixed.has(index) || (score === null && propensity === null)) {
        labels.touch(query);
        continue;
      }
      // An answer that has no score is none since the LLM changed.
      const row = append(edges, query, score === null ? -Infinity : at);
      edges.llm[row] = index;
      edges.score[row] = score ?? NaN;
      if (isSignal === 1) observed()[row] = 1;
      if (weight !== 1) weights()[row] = weight;
      if (propensity !== null) propensities()[row] = propensity;
    }
    const pairs = {
      ...answerColumns(preferenceRows, weighed),
      better: new Int32Array(preferenceRows),
      worse: new Int32Array(preferenceRows),
    };
    for (const [query, better, worse, task, at] of preferences.iterate()) {
      labels.give(query, task, at);
      const [betterIndex, worseIndex] = [llmIndex(better), llmIndex(worse)];
      if (betterIndex < 0 || worseIndex < 0 || fixed.has(betterIndex) || fixed.has(worseIndex)) continue;
      const row = append(pairs, query, at);
      pairs.better[row] = betterIndex;
      pairs.worse[row] = worseIndex;
    }

    const ranks = new QueryRanks(labels.size);
    const touched = labels.count();
    const columns = {
      hashes: Buffer.alloc(touched * HASH_BYTES),
      tasks: new Int32Array(touched),
    };
    for (const [id, hash] of queries.iterate()) {
      if (!labels.touched(id)) continue;
      columns.hashes.set(hash, ranks.size * HASH_BYTES);
      const task = labels.taskOf(id);
      columns.tasks[ranks.size] = task === 0 ? -1 : taskIndex(task);
      ranks.append(id);
    }
    const sides = [edges, { ...pairs, llm: pairs.better }, { ...pairs, llm: pairs.worse }];
    const [ofScores, ofBetter, ofWorse] = weighed
      ? weighAnswers(sides, (query) => labels.taskOf(query), points, halfLifeDays)
      : [];
    return {
      llms: llms.map((llm) => llm.profile),
      ...(Object.keys(metrics.metrics).length > 0 && { metrics }),
      families: named(families.all()).map(described),
      tasks: taskRows.map(described),
      domains: domainRows.map(described),
      taskDomains: taskDomains
        .all()
        .map(([task, domain]): [number, number] => [taskIndex(task), domainIndex(domain)])
        .toSorted((a, b) => a[0] - b[0] || a[1] - b[1]),
      queries: queryKeys(columns),
      scores: aggregateScores(edges, ranks, llms.length, ofScores),
      preferences: sortPreferences(
        pairs,
        ranks,
        llms.length,
        ofBetter?.map((weight, i) => Math.min(weight, ofWorse![i]!)),
      ),
    };
  };
  return {
    read: async (options = {}) => connection.read(() => read(options)),
    texts: async (hashes) =>
      connection.read(() => hashes.map((hash) => textOf.get(Buffer.from(hash, 'hex')) ?? undefined)),
    query: async (hash) =>
      connection.read(() => {
        const found = queryOf.get(Buffer.from(hash, 'hex'));
        return found && { text: found.text || undefined, answers: answersOf.all(found.id, NEWEST_ANSWERS) };
      }),
  };
}

/** Answers to one query that are read of it. */
const NEWEST_ANSWERS = 10_000;

/** Of the answers read so far: the query and, where answers are weighed, the time of each. */
interface AnswerColumns {
  query: Int32Array;
  at: Float64Array;
  length: number;
}

function answerColumns(rows: number, weighed: boolean): AnswerColumns {
  return { query: new Int32Array(rows), at: new Float64Array(weighed ? rows : 0), length: 0 };
}

/** Bytes of a SHA-256. */
const HASH_BYTES = 32;

/** Queries by their hashes and tasks; their texts stay in the ledger. */
function queryKeys({ hashes, tasks }: { hashes: Buffer; tasks: Int32Array }): QueryKeys {
  return {
    length: tasks.length,
    hashOf: (place) => hashes.toString('hex', place * HASH_BYTES, (place + 1) * HASH_BYTES),
    taskOf: (place) => tasks[place]!,
  };
}

interface Named {
  key: number;
  id: string;
  description: string;
}

function named(rows: Named[]): Named[] {
  return rows.toSorted((a, b) => byName(a.id, b.id));
}

function described({ id, description }: Named): { id: string; description: string } {
  return { id, description };
}

/** From integer id to place in `keys`; −1 where it is not there. */
function indexOf(keys: readonly number[]): (key: number) => number {
  const places = new Int32Array(Math.max(0, ...keys) + 1).fill(-1);
  keys.forEach((key, i) => (places[key] = i));
  return (key) => places[key] ?? -1;
}

/** Per query id: whether an LLM was asked it, and the task most recently given to it (0 for none). */
class QueryLabels {
  readonly size: number;
  private readonly task: Int32Array;
  private readonly taskAt: Float64Array;
  private readonly hasEdge: Uint8Array;

  constructor(lastId: number) {
    this.size = lastId + 1;
    this.task = new Int32Array(this.size);
    this.taskAt = new Float64Array(this.size).fill(-Infinity);
    this.hasEdge = new Uint8Array(this.size);
  }

  /** Of two tasks with the same time, the later row's counts. */
  give(query: number, task: number | null, at: number): void {
    if (task === null || at < this.taskAt[query]!) return;
    this.task[query] = task;
    this.taskAt[query] = at;
  }

  touch(query: number): void {
    this.hasEdge[query] = 1;
  }

  touched(query: number): boolean {
    return this.hasEdge[query] === 1;
  }

  /** How many have an edge. */
  count(): number {
    return this.hasEdge.reduce((sum, has) => sum + has, 0);
  }

  taskOf(query: number): number {
    return this.task[query]!;
  }
}
