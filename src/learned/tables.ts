import type { TrainedModel } from '../artifact/model.js';
import type { Benchmarks } from '../dataset/benchmarks.js';
import { KNOTS } from './calibration.js';
import { MAX_PROBES } from './constants.js';
import { MESSAGES } from './messages.js';

/** Sizes that fix the shape of every table, by the names that shapes are written with. */
export interface TableSizes {
  /** Length of an encoded query or description. */
  dim: number;
  /** Length of an LLM's declared facts. */
  facts: number;
  /** Width of node states. */
  hidden: number;
  /** Width of what an LLM and a task are matched by where nothing is logged. */
  keys: number;
  /** Length of the part of an encoded query that carries meaning, and axes that it is measured along. */
  meaning: number;
  axes: number;
  /** Length of the lexical part of an encoded query, and axes that it is measured along. */
  lexical: number;
  wordAxes: number;
  /** Features of style, and quantiles that each is ranked by. */
  styles: number;
  levels: number;
  /** `axes` and `styles` together, and with `wordAxes`. */
  place: number;
  location: number;
  numLlms: number;
  numFamilies: number;
  numTasks: number;
  numDomains: number;
  numKinds: number;
  numBenchmarks: number;
  numAnchors: number;
  /** Logged queries that LLMs are held beside each other on. */
  numProbes: number;
}

/** Values that a table may hold. */
export interface LegalValues {
  /** In words, for the docs. */
  title: string;
  /** What is wrong where one is not. */
  fault: string;
  has(value: number): boolean;
}

const FINITE: LegalValues = {
  title: 'finite',
  fault: 'holds numbers that are not finite',
  has: Number.isFinite,
};
const SCORES: LegalValues = {
  title: '[0, 1]; NaN where nothing is logged',
  fault: 'holds scores outside [0, 1]',
  has: (x) => Number.isNaN(x) || (x >= 0 && x <= 1),
};

/** How a trained weight starts: from a constant, or at random with a standard deviation, by itself or over √rows. */
type Initial = { constant: number } | { spread: number } | { gain: number };

export interface TableDeclaration {
  shape: readonly (keyof TableSizes | number)[];
  meaning: string;
  legal?: LegalValues;
  /** Of trained weights. */
  initial?: Initial;
}

const ZERO = { constant: 0 };
/**
 * Initial spread of the first layer's weights: encoded queries have unit length, and the layer scales them up first.
 */
const QUERY_SPREAD = 1 / 12;

/** Every table of a learned artifact but those of hops: trained weights first, then what was frozen for serving. */
const TABLES = {
  'query/kernel': { shape: ['dim', 'hidden'], meaning: 'first state of a query', initial: { spread: QUERY_SPREAD } },
  'query/bias': { shape: ['hidden'], meaning: 'its bias', initial: ZERO },
  'llm/kernel': { shape: ['facts', 'hidden'], meaning: 'first state of an LLM, from its facts', initial: { gain: 4 } },
  'llm/bias': { shape: ['hidden'], meaning: 'its bias', initial: ZERO },
  'family/kernel': { shape: ['dim', 'hidden'], meaning: 'first state of a family', initial: { gain: 4 } },
  'task/kernel': { shape: ['dim', 'hidden'], meaning: 'first state of a task', initial: { gain: 4 } },
  'domain/kernel': { shape: ['dim', 'hidden'], meaning: 'first state of a domain', initial: { gain: 4 } },
  'prior/kernel': {
    shape: ['hidden', 1],
    meaning: 'level of an LLM beside the usual one, by its last state',
    initial: { gain: 0.1 },
  },
  'task_prior/llm/kernel': {
    shape: ['hidden', 'keys'],
    meaning: 'key of an LLM, that tasks are matched by',
    initial: { gain: 0.3 },
  },
  'task_prior/task/kernel': {
    shape: ['hidden', 'keys'],
    meaning: 'key of a task, that LLMs are matched by',
    initial: { gain: 0.3 },
  },
  'task_prior/benchmark': { shape: [1], meaning: 'weight of a declared benchmark', initial: { constant: 0.3 } },
  'task_query/kernel': { shape: ['hidden', 'hidden'], meaning: 'what a query asks of tasks', initial: { gain: 1 } },
  'task_query/bias': { shape: ['hidden'], meaning: 'its bias', initial: ZERO },
  'task_key/kernel': { shape: ['hidden', 'hidden'], meaning: 'key of a task, by its state', initial: { gain: 0.5 } },
  'task_key/queries/kernel': {
    shape: ['hidden', 'hidden'],
    meaning: 'key of a task, by its queries',
    initial: { gain: 0.5 },
  },
  'task_key/bias': { shape: ['hidden'], meaning: 'its bias', initial: ZERO },
  task_temperature: { shape: [1], meaning: 'logarithm of the scale of attention to tasks', initial: { constant: 2 } },
  'gain/shared': { shape: [1], meaning: 'weight of what anchors tell of all LLMs', initial: { constant: 1 } },
  'gain/own': { shape: [1], meaning: 'weight of what they tell of one', initial: { constant: 1 } },
  'preference/scale': {
    shape: [1],
    meaning: 'logarithm of what differences of scores are multiplied by to be the logit of a preference',
    initial: { constant: Math.log(4) },
  },
  'anchor/spread': {
    shape: [2],
    meaning:
      'what the variances of what answers share with those near by are multiplied by; 1 where LLMs vary together in ' +
      'directions that are learned',
  },
  'score/scale': {
    shape: [2, 2],
    meaning: 'centre and spread of measured scores, and of those that stand in for comparisons: units of all below',
  },
  'score/calibration': {
    shape: [2, KNOTS],
    meaning: 'expected scores, ascending, and what is added to one there: linear in between',
  },
  'semantic/range': { shape: [2], meaning: 'start and end of the part of a vector that carries meaning' },
  'semantic/mean': { shape: ['meaning'], meaning: 'mean of that part' },
  'semantic/basis': { shape: ['axes', 'meaning'], meaning: 'principal axes about the mean' },
  'words/range': { shape: [2], meaning: 'start and end of the lexical part of a vector' },
  'words/rarity': {
    shape: ['lexical'],
    meaning: 'weight of a feature: the logarithm of its inverse document frequency',
  },
  'words/basis': { shape: ['wordAxes', 'lexical'], meaning: 'leading directions of that part, weighed' },
  'words/centre': { shape: ['wordAxes'], meaning: 'mean along them' },
  'style/range': { shape: [2], meaning: 'start and end of the style features in a vector' },
  'style/quantiles': { shape: ['styles', 'levels'], meaning: 'quantiles that a feature is ranked by, ascending' },
  'style/scale': { shape: ['styles'], meaning: 'weight of a feature' },
  'embedding/llm': {
    shape: ['numLlms', 'numProbes'],
    meaning: 'expected score on each probe, which are the first anchors: how an LLM behaves',
  },
  'embedding/shared': { shape: ['numProbes'], meaning: 'what anchors tell of all LLMs there' },
  'embedding/family': { shape: ['numFamilies', 'hidden'], meaning: 'last state of each family' },
  'embedding/domain': { shape: ['numDomains', 'hidden'], meaning: 'last state of each domain' },
  'embedding/kind': {
    shape: ['numKinds', 'location'],
    meaning: 'centre of each kind: by meaning, by style, and by √½ of the words',
  },
  'embedding/task': { shape: ['numTasks', 'hidden'], meaning: 'last state of each task' },
  'level/usual': {
    shape: [2],
    meaning: 'level of an LLM that nothing is known of, and answers that it weighs as much as',
  },
  'level/declared': {
    shape: [1],
    meaning: 'how much better a level is for a point that an LLM is better than usual by what it declares',
  },
  'record/llm': { shape: ['numLlms', 1], meaning: 'expected score over all queries' },
  'record/count': { shape: ['numLlms', 1], meaning: 'interactions of each LLM' },
  'record/task': { shape: ['numLlms', 'numTasks'], meaning: 'expected score on each task' },
  'record/task_count': { shape: ['numLlms', 'numTasks'], meaning: 'interactions on each task' },
  'task/keys': { shape: ['numTasks', 'hidden'], meaning: 'keys that queries attend to' },
  'task/offset': { shape: [1, 'numTasks'], meaning: 'how much better or worse than LLMs at large a task goes' },
  'benchmark/usual': { shape: ['numBenchmarks'], meaning: 'mean score of the LLMs that declare a benchmark' },
  'benchmark/match': { shape: ['numBenchmarks', 'numTasks'], meaning: 'how far a benchmark tells of a task, 0 to 1' },
  'task/mask': { shape: ['numTasks'], meaning: '0 for tasks with answers, else a large negative number' },
  'anchor/places': { shape: ['numAnchors', 'place'], meaning: 'where anchors lie by meaning and by style' },
  'anchor/words': { shape: ['numAnchors', 'wordAxes'], meaning: 'and by their words' },
  'anchor/tasks': { shape: ['numAnchors', 'numTasks'], meaning: 'their tasks' },
  'anchor/messages': { shape: ['numAnchors', 'numLlms'], meaning: 'what each tells queries near it of each LLM' },
  'anchor/messages/all': { shape: ['numAnchors'], meaning: 'the same of an LLM without answers: what is so of all' },
  'anchor/scores': { shape: ['numAnchors', 'numLlms'], meaning: 'what was logged of them', legal: SCORES },
} as const satisfies Record<string, TableDeclaration>;

type Message = (typeof MESSAGES)[number];
/** Tables of one hop, by their names without `hopN/`. */
export type HopTable =
  | `${Message['name']}/kernel`
  | `${Message['to']}/${'attention' | 'bias'}`
  | `state/${'family' | 'task'}`;
/** Name of a table of a learned artifact. */
export type TableName = keyof typeof TABLES | `hop${number}/${HopTable}`;

/** Every table of one hop. */
export const HOP_TABLES: Readonly<Record<HopTable, TableDeclaration>> = (() => {
  const tables: Partial<Record<HopTable, TableDeclaration>> = {};
  for (const { name, from, to } of MESSAGES)
    tables[`${name}/kernel`] = {
      shape: ['hidden', 'hidden'],
      meaning: `message from ${from} to ${to}`,
      initial: { gain: 1 },
    };
  for (const kind of new Set(MESSAGES.map((m) => m.to))) {
    tables[`${kind}/attention`] = {
      shape: ['hidden'],
      meaning: `attention of ${kind} to its messages`,
      initial: { spread: 0.1 },
    };
    tables[`${kind}/bias`] = { shape: ['hidden'], meaning: `bias of ${kind}`, initial: ZERO };
  }
  tables['state/family'] = { shape: ['numFamilies', 'hidden'], meaning: 'states that a newcomer hears from' };
  tables['state/task'] = { shape: ['numTasks', 'hidden'], meaning: 'states that a newcomer hears from' };
  return tables as Record<HopTable, TableDeclaration>;
})();

/** Every table that is not of a hop. */
export const FIXED_TABLES: Readonly<Record<string, TableDeclaration>> = TABLES;

/** Every table of a model of so many hops. */
export function tablesOf(hops: number): [name: TableName, TableDeclaration][] {
  const fixed = Object.entries(FIXED_TABLES) as [TableName, TableDeclaration][];
  const ofHops = Array.from({ length: hops }, (_, hop) =>
    Object.entries(HOP_TABLES).map(([name, table]): [TableName, TableDeclaration] => [
      `hop${hop}/${name as HopTable}`,
      table,
    ]),
  );
  return [...fixed, ...ofHops.flat()];
}

/** A table's shape in numbers. */
export const shapeOf = ({ shape }: TableDeclaration, sizes: TableSizes): number[] =>
  shape.map((size) => (typeof size === 'number' ? size : sizes[size]));

/** Which values a table may hold: finite ones unless declared otherwise, also where the table is not declared. */
export const legalValues = (name: string): LegalValues => FIXED_TABLES[name]?.legal ?? FINITE;

/** The sizes of a model as its names and its tables have them; 0 for those of tables that are missing. */
export function sizesOf({ names, tables }: TrainedModel): TableSizes {
  const size = (table: TableName, axis: number): number => tables[table]?.shape[axis] ?? 0;
  const [axes, styles] = [size('semantic/basis', 0), size('style/scale', 0)];
  return {
    dim: size('query/kernel', 0),
    facts: size('llm/kernel', 0),
    hidden: size('query/bias', 0),
    keys: size('task_prior/llm/kernel', 1),
    meaning: size('semantic/mean', 0),
    axes,
    lexical: size('words/rarity', 0),
    wordAxes: size('words/centre', 0),
    styles,
    levels: size('style/quantiles', 1),
    place: axes + styles,
    location: axes + styles + size('words/centre', 0),
    numLlms: names.llms.length,
    numFamilies: names.families.length,
    numTasks: names.tasks.length,
    numDomains: names.domains.length,
    numKinds: names.kinds.length,
    numBenchmarks: names.benchmarks.length,
    numAnchors: names.anchors.length,
    numProbes: Math.min(MAX_PROBES, names.anchors.length),
  };
}

/** Reads a model's tables by name, in row order. */
export type TableReader = (name: TableName) => Float32Array;

export const tableReader =
  ({ tables }: TrainedModel): TableReader =>
  (name) =>
    tables[name]!.data;

/** The benchmarks that a model's LLMs declared, as they were matched to its tasks. */
export function benchmarksIn(model: TrainedModel): Benchmarks {
  const { benchmarks: names, tasks } = model.names;
  const read = tableReader(model);
  return {
    names,
    usual: read('benchmark/usual'),
    match: { rows: names.length, cols: tasks.length, data: read('benchmark/match') },
    tasks,
  };
}
