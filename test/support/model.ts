import { createRng, type Rng } from '../../src/base/rng.js';
import type { ManifestFacts } from '../../src/artifact/write.js';
import type { GraphRows } from '../../src/graph/rows.js';
import type { Dataset } from '../../src/dataset/dataset.js';
import { initialWeights } from '../../src/learned/parameters.js';
import type { Weights } from '../../src/math/weights.js';
import { spreadTable } from '../../src/learned/neighbourhood.js';
import { scaleTable, scoreScales } from '../../src/learned/scale.js';
import { querySpace } from '../../src/learned/space.js';
import type { Version } from '../../src/schema/ids.js';
import type { DesignName } from '../../src/schema/training.js';
import type { TrainedModel } from '../../src/artifact/model.js';
import type { TensorFlow } from '../../src/tensor/types.js';
import { KNOTS } from '../../src/learned/calibration.js';
import { freezeModel } from '../../src/learned/freeze.js';
import { modelShape } from '../../src/learned/train/options.js';
import { datasetOf, encoder, QUICK } from './learn.js';

/** The least that is a whole model: no LLM, no logged query. */
export function blankModel(): TrainedModel {
  const weights = initialWeights({ dim: 4, facts: 6, hidden: 2, keys: 2, hops: 0 }, createRng(1));
  const shapes = {
    'anchor/spread': [2],
    'score/scale': [2, 2],
    'score/calibration': [2, KNOTS],
    'embedding/llm': [0, 0],
    'embedding/shared': [0],
    'level/usual': [2],
    'embedding/family': [0, 2],
    'embedding/domain': [0, 2],
    'embedding/kind': [0, 4],
    'embedding/task': [1, 2],
    'record/llm': [0, 1],
    'record/count': [0, 1],
    'record/task': [0, 1],
    'record/task_count': [0, 1],
    'task/keys': [1, 2],
    'task/offset': [1, 1],
    'level/declared': [1],
    'benchmark/usual': [0],
    'benchmark/match': [0, 1],
    'task/mask': [1],
    'semantic/range': [2],
    'semantic/mean': [4],
    'semantic/basis': [4, 4],
    'words/range': [2],
    'words/rarity': [0],
    'words/basis': [0, 0],
    'words/centre': [0],
    'style/range': [2],
    'style/quantiles': [0, 33],
    'style/scale': [0],
    'anchor/places': [0, 4],
    'anchor/words': [0, 0],
    'anchor/tasks': [0, 1],
    'anchor/messages': [0, 0],
    'anchor/messages/all': [0],
    'anchor/scores': [0, 0],
  };
  const frozen = Object.entries(shapes).map(([name, shape]) => [
    name,
    { shape, data: new Float32Array(shape.reduce((a, b) => a * b)) },
  ]);
  return {
    names: {
      router: 'learned',
      encoder: 'none',
      hops: 0,
      llms: [],
      families: [],
      tasks: ['*'],
      domains: [],
      kinds: [],
      benchmarks: [],
      anchors: [],
    },
    tables: { ...weights, ...(Object.fromEntries(frozen) as Weights) },
  };
}

export interface RandomModelOptions {
  design?: DesignName;
  seed?: number;
  /** Logged queries that the profiles know: all of them unless told. */
  evidence?: Int32Array;
}

export interface RandomModel {
  data: Dataset;
  weights: Weights;
  evidence: Int32Array;
  model: TrainedModel;
  /** What its anchors were drawn by. */
  anchorRng(): Rng;
}

const spaces = new Map<string, Weights>();

/** {@link querySpace}, found once a process for the same log: most of the time that a random model takes. */
function spaceOf(tf: TensorFlow, data: Dataset, rows: GraphRows, evidence: Int32Array, seed: number): Weights {
  const { query, llm, score } = rows.scores;
  const texts = Array.from(rows.queries, (q) => q.text);
  const key = JSON.stringify([tf.getBackend(), seed, texts, ...[evidence, query, llm, score].map((x) => [...x])]);
  const found = spaces.get(key) ?? querySpace(tf, data, evidence, createRng(seed).fork('axes'));
  spaces.set(key, found);
  return found;
}

/**
 * A model over a log whose weights are random, none of them zero: what it scores is of no use, but all of it counts.
 */
export async function randomModel(
  tf: TensorFlow,
  rows: GraphRows,
  {
    design = 'structured-trainable',
    seed = 3,
    evidence = Int32Array.from({ length: rows.queries.length }, (_, q) => q),
  }: RandomModelOptions = {},
): Promise<RandomModel> {
  const data = await datasetOf(rows, design);
  const rng = createRng(seed);
  const learned = initialWeights(modelShape(data, QUICK), rng);
  for (const { data: values } of Object.values(learned)) values.forEach((x, i) => (values[i] = x + 0.1 * rng.normal()));
  const fixed = {
    'anchor/spread': spreadTable({ variance: 2, directions: true }),
    'score/scale': scaleTable(scoreScales(data, evidence)),
    'score/calibration': {
      shape: [2, KNOTS],
      data: Float32Array.from({ length: 2 * KNOTS }, (_, i) => (i < KNOTS ? i - KNOTS / 2 : 0.3 * Math.sin(i))),
    },
  };
  const weights = { ...learned, ...fixed, ...spaceOf(tf, data, rows, evidence, seed) };
  const anchorRng = (): Rng => rng.fork('anchors');
  return {
    data,
    weights,
    evidence,
    anchorRng,
    model: await freezeModel(tf, { data, rows, weights, evidence, encoder: encoder.id, rng: anchorRng() }),
  };
}

export const VERSION = '0123456789abcdef' as Version;

export function factsOf(version: Version = VERSION): ManifestFacts {
  return {
    version,
    created_at: '2026-01-01T00:00:00.000Z',
    snapshot: 'a'.repeat(64),
    design: 'structured-trainable',
    seed: 1,
    backend: 'none',
    ledger_rows: 0,
    weigh: 'queries',
    continues: null,
    reference: null,
    status: 'accepted',
    comparison: [],
    serve: version,
    metrics: { calibration_error: 0.5 },
  };
}
