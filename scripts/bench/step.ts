/**
 * What a training step takes on each backend that is here, and an epoch of it beside an epoch of HANConv (PyTorch
 * Geometric) in the shape that RouteProfile publishes, on the same graph. Queries, tasks and scores are drawn by
 * chance, and so are the queries' vectors: only time is measured.
 *
 *     node dist/scripts/bench/step.js [--llms 24] [--queries 5000] [--dim 384] [--hidden 128] [--epochs 4] [--seed 1]
 *         [--backends tensorflow,wasm] [--python PATH]
 *
 * PATH is a Python with torch and torch-geometric: `python3 -m venv /tmp/torch && /tmp/torch/bin/pip install torch
 * torch-geometric`.
 */
import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { encodeSafetensors } from '../../src/artifact/safetensors.js';
import { messageOf } from '../../src/base/errors.js';
import { sha256 } from '../../src/base/hash.js';
import { packageRoot } from '../../src/base/paths.js';
import { createRng } from '../../src/base/rng.js';
import { table } from '../../src/cli/output.js';
import type { Encoder } from '../../src/encoder/types.js';
import { listQueries, type GraphRows } from '../../src/graph/rows.js';
import { DESIGNS } from '../../src/profile/design.js';
import { createDataset, type Dataset } from '../../src/dataset/dataset.js';
import { splitFolds } from '../../src/learned/neighbourhood.js';
import { initialWeights } from '../../src/learned/parameters.js';
import type { Weights } from '../../src/math/weights.js';
import { LlmProfile } from '../../src/schema/profile.js';
import { openBackend } from '../../src/tensor/backend.js';
import type { TensorFlow } from '../../src/tensor/types.js';
import { scoreScales, standardised } from '../../src/learned/scale.js';
import { closeSteps, openSteps, trainGnn } from '../../src/learned/train/gnn.js';
import { GNN_DEFAULTS, modelShape, type GnnOptions } from '../../src/learned/train/options.js';
import { createOptimizer } from '../../src/tensor/optimizer.js';
import { drawStep, inputsOf, stepDropout, stepLoss, stepTensors } from '../../src/learned/train/step.js';
import { snapshotOf } from '../../src/training/run.js';

const { values } = parseArgs({
  options: {
    llms: { type: 'string', default: '24' },
    queries: { type: 'string', default: '5000' },
    dim: { type: 'string', default: '384' },
    hidden: { type: 'string', default: '128' },
    epochs: { type: 'string', default: '4' },
    seed: { type: 'string', default: '1' },
    backends: { type: 'string', default: 'tensorflow,wasm' },
    python: { type: 'string' },
    /** Of the process that measures one backend. */
    child: { type: 'boolean', default: false },
  },
});
const [llms, queries, dim, hidden, epochs, seed] = [
  values.llms,
  values.queries,
  values.dim,
  values.hidden,
  values.epochs,
  values.seed,
].map(Number) as [number, number, number, number, number, number];
const DESIGN = 'structured-trainable';
const TASKS = 8;
/** Steps on the same tensors. */
const REPEATED = 40;

function randomRows(): GraphRows {
  const rng = createRng(seed).fork('rows');
  const each = llms * queries;
  return {
    llms: Array.from({ length: llms }, (_, l) =>
      LlmProfile.parse({ id: `bench/llm-${l}`, family: `family-${l % 5}`, size_b: 1 + l }),
    ),
    families: Array.from({ length: 5 }, (_, f) => ({ id: `family-${f}`, description: `family ${f}` })),
    tasks: Array.from({ length: TASKS }, (_, t) => ({ id: `task-${t}`, description: `task ${t}` })),
    domains: [
      { id: 'domain-0', description: 'one' },
      { id: 'domain-1', description: 'another' },
    ],
    taskDomains: Array.from({ length: TASKS }, (_, t): [number, number] => [t, t % 2]),
    queries: listQueries(
      Array.from({ length: queries }, (_, q) => ({
        hash: sha256(`query ${q}`),
        text: `query ${q}`,
        task: rng.int(TASKS),
      })),
    ),
    scores: {
      query: new Int32Array(each).map((_, e) => Math.floor(e / llms)),
      llm: new Int32Array(each).map((_, e) => e % llms),
      score: new Float32Array(each).map(() => Number(rng.next() < 0.6)),
      count: new Float32Array(each).fill(1),
    },
    preferences: { query: new Int32Array(), better: new Int32Array(), worse: new Int32Array() },
  };
}

/** Dense vectors by chance. */
function randomEncoder(): Encoder {
  const encodeSync = (text: string): Float32Array => {
    const rng = createRng(seed).fork(text);
    const vector = Float32Array.from({ length: dim }, () => rng.normal());
    const length = Math.hypot(...vector);
    return vector.map((x) => x / length);
  };
  return { id: `random-${dim}`, dim, encodeSync, encode: async (texts) => texts.map(encodeSync) };
}

const middle = (times: number[]): number => times.toSorted((a, b) => a - b)[times.length >> 1]!;

/** Milliseconds a step of training takes, drawing and gathering and all: the median over reports but the first. */
async function trainingStep(tf: TensorFlow, data: Dataset, options: GnnOptions): Promise<number> {
  const times: number[] = [];
  let [last, before] = [0, performance.now()];
  await trainGnn(tf, {
    data,
    train: Int32Array.from({ length: queries }, (_, q) => q),
    options,
    rng: createRng(seed),
    onEpoch: ({ step }) => {
      const now = performance.now();
      times.push((now - before) / (step - last));
      [last, before] = [step, now];
    },
  });
  return middle(times.slice(1));
}

interface Repeated {
  ms: number;
  losses: number[];
}

/** Milliseconds of a step on the same tensors, again and again: what is left to the framework. */
function repeatedStep(tf: TensorFlow, logged: Dataset, options: GnnOptions): Repeated {
  const rng = createRng(seed);
  const train = Int32Array.from({ length: queries }, (_, q) => q);
  const folds = splitFolds(train, 4, rng.fork('folds'));
  const data = standardised(logged, scoreScales(logged, train));
  const context = openSteps(tf, { data, train, folds, options, rng });
  const weights = initialWeights(modelShape(data, options), rng.fork('weights'));
  const tensors = stepTensors(
    tf,
    context,
    drawStep(context, { train, target: folds[0]!.slice(0, options.batch), fold: 0, rng }),
    stepDropout(context, rng),
  );
  const optimizer = createOptimizer(tf, weights, options.decay);
  const [losses, times]: [number[], number[]] = [[], []];
  for (let i = 0; i < REPEATED; i++) {
    const begun = performance.now();
    losses.push(
      optimizer.step((p) => stepLoss(tf, p, context, tensors), options.learningRate, inputsOf(tf, context, tensors)),
    );
    times.push(performance.now() - begun);
  }
  optimizer.dispose();
  closeSteps(tf, context);
  return { ms: middle(times), losses };
}

async function datasetOf(encoder: Encoder): Promise<Dataset> {
  const rows = randomRows();
  return createDataset({
    rows,
    graph: snapshotOf(rows, DESIGN),
    design: DESIGNS[DESIGN],
    encoder,
    vectors: await encoder.encode(Array.from(rows.queries, (q) => q.text)),
  });
}

const options: GnnOptions = { ...GNN_DEFAULTS, hidden, epochs, minSteps: 1 };

/** What one backend takes. */
interface Measured {
  description: string;
  training: number;
  repeated: Repeated;
  peakMb: number;
}

/** In a process of its own, so that backends don't meet, and each has its own peak of memory. */
async function measure(backend: string): Promise<Measured> {
  const { tf, description } = await openBackend(backend as 'tensorflow');
  const data = await datasetOf(randomEncoder());
  const training = await trainingStep(tf, data, options);
  const peakMb = Math.round(process.resourceUsage().maxRSS / 1024);
  return {
    description,
    training,
    peakMb,
    repeated: repeatedStep(tf, data, options),
  };
}

async function python<T>(script: string, ...args: (string | number)[]): Promise<T> {
  const { stdout } = await promisify(execFile)(values.python!, [
    join(packageRoot, 'scripts/bench/peers', script),
    ...args.map(String),
  ]);
  return JSON.parse(stdout) as T;
}

async function main(folder: string): Promise<void> {
  const { hops } = DESIGNS[DESIGN];
  console.log(
    `${llms} LLMs × ${queries} queries, ${dim} → ${hidden}, ${hops} hops, batches of ${options.batch} from ` +
      `${options.support} others, seed ${seed}`,
  );
  const rows: string[][] = [];
  const measured: Measured[] = [];
  for (const backend of values.backends.split(',')) {
    const child = fork(fileURLToPath(import.meta.url), [...process.argv.slice(2), '--backends', backend, '--child']);
    const [answer] = (await once(child, 'message')) as [Measured | { error: string }];
    if ('error' in answer) {
      rows.push([backend, answer.error, '–', '–', '–']);
      continue;
    }
    measured.push(answer);
    const { losses, ms } = answer.repeated;
    rows.push([
      answer.description,
      answer.training.toFixed(1),
      ms.toFixed(1),
      losses[0]!.toFixed(5),
      losses.at(-1)!.toFixed(5),
    ]);
  }
  const first = measured[0];
  console.log(
    table(
      ['what ran', 'ms a step of training', 'ms a step on the same tensors', 'first loss', `loss after ${REPEATED}`],
      rows,
    ),
  );
  if (values.python === undefined || first === undefined)
    return console.log('\nHANConv: not measured; --python names a Python that has torch and torch-geometric');
  const graph = randomRows();
  const { query, llm, score } = graph.scores;
  const column = (from: ArrayLike<number>): Weights[string] => ({
    shape: [from.length],
    data: Float32Array.from(from),
  });
  const file = join(folder, 'graph.safetensors');
  writeFileSync(
    file,
    encodeSafetensors({
      query: column(query),
      llm: column(llm),
      score: column(score),
      task: column(Array.from(graph.queries, (q) => q.task)),
    }),
  );
  const han = await python<{ seconds: number; peakMb: number; pyg: string }>('hanconv.py', file, 5);
  const epoch = (first.training * Math.ceil(queries / options.batch)) / 1000;
  console.log(`\nAn epoch over the same graph, ${query.length} scores`);
  console.log(
    table(
      ['what', 'seconds', 'peak MB'],
      [
        [
          `HANConv, PyTorch Geometric ${han.pyg}: 768 → 256, 2 layers, 4 heads`,
          han.seconds.toFixed(2),
          String(han.peakMb),
        ],
        [`ours: ${dim} → ${hidden}, ${hops} hops, ${first.description}`, epoch.toFixed(2), String(first.peakMb)],
      ],
    ),
  );
}

if (values.child)
  process.send!(await measure(values.backends).catch((error: unknown) => ({ error: messageOf(error) })));
else {
  const folder = mkdtempSync(join(tmpdir(), 'pointsman-bench-'));
  try {
    await main(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
