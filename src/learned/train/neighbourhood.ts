import type { Rng } from '../../base/rng.js';
import type { Dataset } from '../../dataset/dataset.js';
import type { RecordSums } from '../../dataset/records.js';
import { sample } from '../../math/sample.js';
import type { TensorFlow } from '../../tensor/types.js';
import type { Anchors } from '../decoder.js';
import { drawNeighbourhood, fitMessages, kernelsOf, nearness, toldBy } from '../neighbourhood.js';
import { residualsOf } from '../residuals.js';
import { locate, type Space } from '../space.js';

/** Queries of a dataset that anything is learned from, and the space that they lie in. */
export interface LocatedQueries {
  data: Dataset;
  space: Space;
  queries: Int32Array;
  /** What the answers to all of them sum up to. */
  records: RecordSums;
}

/** Doublings of the variances that are tried, and the share of the squared error that one has to save. */
const DOUBLINGS = 3;
const WORTHWHILE = 0.025;

/**
 * What the variances of what answers share with answers near by are multiplied by: 1, and twice as much for as long as
 * that predicts a fold that is left out much better. Logs whose queries repeat each other tell more than others.
 */
export function chooseVariance(
  tf: TensorFlow,
  { data, space, queries, records, fold, rng }: LocatedQueries & { fold: Int32Array; rng: Rng },
): number {
  const { anchors, fitted } = drawNeighbourhood(data, queries, (pool, size) => sample(pool, size, rng));
  const left = new Set(fold);
  const held = fitted.filter((q) => left.has(q));
  if (held.length === 0) return 1;
  return tf.tidy(() => {
    const around = locate(tf, data, space, anchors);
    const kernels = kernelsOf(tf, locate(tf, data, space, fitted), around);
    const near = nearness(tf, locate(tf, data, space, held), around);
    const rest = residualsOf(tf, { data, queries: fitted, records, without: fold });
    const { residuals, known } = residualsOf(tf, { data, queries: held, records, without: fold, held: true });
    const errorOf = (variance: number): number =>
      tf.tidy(() => {
        const [messages] = fitMessages(tf, kernels, [rest], variance);
        const missed = tf.sub(residuals, toldBy(tf, near, messages!));
        return tf.sum(tf.mul(tf.square(missed), known)).dataSync()[0]!;
      });
    let [variance, error] = [1, errorOf(1)];
    for (let doubling = 0; doubling < DOUBLINGS; doubling++) {
      const next = errorOf(2 * variance);
      if (!(next < (1 - WORTHWHILE) * error)) break;
      [variance, error] = [2 * variance, next];
    }
    return variance;
  });
}

/** Logged queries as anchors: which they are, and what they tell others. */
export interface Neighbourhood {
  anchors: Int32Array;
  /** For each fold, what anchors tell when its queries are left out; the tensors are the caller's to dispose. */
  folds: Anchors[];
}

/** What a neighbourhood is of. */
interface NeighbourhoodOf extends LocatedQueries {
  folds: readonly Int32Array[];
  /** See {@link chooseVariance}. */
  variance: number;
  rng: Rng;
}

/**
 * Fits what anchors tell the queries around them, once for each of `folds`, without that fold's queries; with no fold,
 * once with all of `queries`.
 */
export function gatherNeighbourhood(
  tf: TensorFlow,
  { data, space, queries, records, folds, variance, rng }: NeighbourhoodOf,
): Neighbourhood {
  const { anchors, fitted } = drawNeighbourhood(data, queries, (pool, size) => sample(pool, size, rng));
  const made = tf.tidy((): Anchors[] => {
    const located = locate(tf, data, space, anchors);
    const residuals = (folds.length === 0 ? [Int32Array.of()] : folds).map((without) =>
      residualsOf(tf, { data, queries: fitted, records, without }),
    );
    const kernels = kernelsOf(tf, locate(tf, data, space, fitted), located);
    return fitMessages(tf, kernels, residuals, variance).map((of) => ({ located, ...of }));
  });
  return { anchors, folds: made };
}
