import type { Rng } from '../../base/rng.js';
import type { Dataset } from '../../dataset/dataset.js';
import type { RecordSums } from '../../dataset/records.js';
import { sample } from '../../math/sample.js';
import type { TensorFlow } from '../../tensor/types.js';
import type { Anchors } from '../decoder.js';
import { drawNeighbourhood, fitMessages, kernelsOf, nearness, toldBy, type Spread } from '../neighbourhood.js';
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

/** Doublings of the variances that are tried; shares of the squared error that one, and directions, have to save. */
const DOUBLINGS = 3;
const WORTHWHILE = 0.025;
const DIRECTIONS_WORTHWHILE = 0.015;

/**
 * How far what answers share with answers near by varies: its variances, and twice as much for as long as that predicts
 * a fold that is left out much better, as logs whose queries repeat each other tell more than others; and then whether
 * directions that LLMs share predict it better still.
 */
export function chooseSpread(
  tf: TensorFlow,
  { data, space, queries, records, fold, rng }: LocatedQueries & { fold: Int32Array; rng: Rng },
): Spread {
  const { anchors, fitted } = drawNeighbourhood(data, queries, (pool, size) => sample(pool, size, rng));
  const left = new Set(fold);
  const held = fitted.filter((q) => left.has(q));
  if (held.length === 0) return { variance: 1, directions: false };
  return tf.tidy(() => {
    const around = locate(tf, data, space, anchors);
    const kernels = kernelsOf(tf, locate(tf, data, space, fitted), around);
    const near = nearness(tf, locate(tf, data, space, held), around);
    const rest = residualsOf(tf, { data, queries: fitted, records, without: fold });
    const { residuals, known } = residualsOf(tf, { data, queries: held, records, without: fold, held: true });
    const errorOf = (spread: Spread): number =>
      tf.tidy(() => {
        const [messages] = fitMessages(tf, kernels, [rest], spread, rng.fork('directions'));
        const missed = tf.sub(residuals, toldBy(tf, near, messages!));
        return tf.sum(tf.mul(tf.square(missed), known)).dataSync()[0]!;
      });
    const plain = (variance: number): Spread => ({ variance, directions: false });
    let [variance, error] = [1, errorOf(plain(1))];
    for (let doubling = 0; doubling < DOUBLINGS; doubling++) {
      const next = errorOf(plain(2 * variance));
      if (!(next < (1 - WORTHWHILE) * error)) break;
      [variance, error] = [2 * variance, next];
    }
    const directions = errorOf({ variance, directions: true }) < (1 - DIRECTIONS_WORTHWHILE) * error;
    return { variance, directions };
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
  /** See {@link chooseSpread}. */
  spread: Spread;
  rng: Rng;
}

/**
 * Fits what anchors tell the queries around them, once for each of `folds`, without that fold's queries; with no fold,
 * once with all of `queries`.
 */
export function gatherNeighbourhood(
  tf: TensorFlow,
  { data, space, queries, records, folds, spread, rng }: NeighbourhoodOf,
): Neighbourhood {
  const { anchors, fitted } = drawNeighbourhood(data, queries, (pool, size) => sample(pool, size, rng));
  const made = tf.tidy((): Anchors[] => {
    const located = locate(tf, data, space, anchors);
    const residuals = (folds.length === 0 ? [Int32Array.of()] : folds).map((without) =>
      residualsOf(tf, { data, queries: fitted, records, without }),
    );
    const kernels = kernelsOf(tf, locate(tf, data, space, fitted), located);
    return fitMessages(tf, kernels, residuals, spread, rng.fork('directions')).map((of) => ({ located, ...of }));
  });
  return { anchors, folds: made };
}
