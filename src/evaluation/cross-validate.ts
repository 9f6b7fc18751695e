import { createHash } from 'node:crypto';
import { createRng } from '../base/rng.js';
import type { Encoder } from '../encoder/types.js';
import type { GraphRows } from '../graph/rows.js';
import { DESIGNS } from '../profile/design.js';
import { createDataset } from '../profile/structured/dataset.js';
import type { DesignName } from '../schema/training.js';
import { createTrainedIndex } from '../scoring/trained.js';
import type { Backend } from '../tensor/backend.js';
import { freezeModel } from '../training/freeze.js';
import { GNN_DEFAULTS, trainGnn } from '../training/gnn.js';
import { snapshotOf } from '../training/run.js';
import { compareHeldOut, type Contender } from './held-out.js';

/** Share of a fold's training queries that early stopping watches. */
const VALIDATION = 0.1;

/** Fold of a query: the first four bytes of the SHA-256 of its text, big-endian, modulo the number of folds. */
export function foldOf(text: string, folds: number): number {
  return createHash('sha256').update(text).digest().readUInt32BE(0) % folds;
}

export interface FoldReport {
  fold: number;
  contenders: Contender[];
  seconds: number;
}

/**
 * Cross-validation by query: each fold is routed from its text alone by what was learned from the others.
 *
 * @param vectors encoded queries, in the order of `rows.queries`
 */
export async function crossValidate(
  input: { rows: GraphRows; vectors: Float32Array[]; encoder: Encoder; design: DesignName; seed: number; folds: number },
  { tf }: Backend,
  onProgress: (fraction: number, message: string) => void,
): Promise<FoldReport[]> {
  const { rows, vectors, encoder, design, seed, folds } = input;
  const graph = snapshotOf(rows, design);
  const data = await createDataset(rows, graph, DESIGNS[design], encoder, vectors);
  const foldOfQuery = rows.queries.map((q) => foldOf(q.text, folds));
  const reports: FoldReport[] = [];
  for (let fold = 0; fold < folds; fold++) {
    const started = performance.now();
    const answered = (q: number): boolean => data.evidence.start[q + 1]! > data.evidence.start[q]!;
    const queries = Array.from(rows.queries.keys()).filter(answered);
    const test = Int32Array.from(queries.filter((q) => foldOfQuery[q] === fold));
    const rest = Int32Array.from(queries.filter((q) => foldOfQuery[q] !== fold));
    const rng = createRng(seed).fork(`fold ${fold}`);
    const order = rng.fork('split').shuffle(rest.slice());
    const watched = Math.floor(order.length * VALIDATION);
    const { weights } = await trainGnn(tf, data, order.slice(watched), order.slice(0, watched), GNN_DEFAULTS, rng, (e) =>
      onProgress((fold + (0.95 * (e.epoch + 1)) / e.epochs) / folds, `fold ${fold + 1}/${folds}, epoch ${e.epoch + 1}/${e.epochs}, loss ${e.trainingLoss.toFixed(4)}`),
    );
    const model = await freezeModel(tf, data, rows, weights, rest, encoder.id, rng.fork('anchors'));
    const index = await createTrainedIndex({ version: `fold-${fold}`, model, encoder, llms: rows.llms, stats: [], textOf: () => undefined });
    const contenders = await compareHeldOut(data, rest, test, (q) => Float32Array.from(index.score('', vectors[q]!), (s) => s.quality), { tf, rng: rng.fork('baselines') });
    reports.push({ fold, contenders, seconds: (performance.now() - started) / 1000 });
    onProgress((fold + 1) / folds, `fold ${fold + 1}/${folds} measured`);
  }
  return reports;
}
