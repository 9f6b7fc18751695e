import type { Rng } from '../../base/rng.js';
import type { Dataset } from '../../dataset/dataset.js';
import type { RecordSums } from '../../dataset/records.js';
import { compute } from '../../tensor/compute.js';
import type { Tensor2D, TensorFlow } from '../../tensor/types.js';
import type { Anchors } from '../decoder.js';
import { whiten, type Features } from '../features.js';
import { drawNeighbourhood, fitMessages, nearness, toldBy, type Located, type Spread } from '../neighbourhood.js';
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

/** Logged queries as anchors, and those that what they tell is fitted on; its tensors are the caller's to dispose. */
export interface Neighbourhood extends Omit<LocatedQueries, 'queries'> {
  anchors: Int32Array;
  located: Located;
  fitted: Int32Array;
  /** Of the queries `fitted`. */
  features: Features;
}

/** Queries that are placed at a time: it bounds memory. */
const PLACED = 4_096;

/** Draws anchors and the queries to fit them on, and places both. */
export function openNeighbourhood(tf: TensorFlow, { queries, ...of }: LocatedQueries, rng: Rng): Neighbourhood {
  const { data, space } = of;
  const { anchors, fitted } = drawNeighbourhood(data, queries, rng);
  const { located, features } = tf.tidy(() => {
    const around = locate(tf, data, space, anchors);
    const whitened = whiten(tf, nearness(tf, around, around));
    const parts: Tensor2D[] = [];
    for (let from = 0; from < fitted.length; from += PLACED)
      parts.push(
        tf.tidy(() => {
          const placed = locate(tf, data, space, fitted.subarray(from, from + PLACED));
          return tf.matMul(nearness(tf, placed, around), whitened.whitening) as Tensor2D;
        }),
      );
    return { located: around, features: { ...whitened, values: tf.concat(parts, 0) as Tensor2D } };
  });
  return { ...of, anchors, located, fitted, features };
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
  { data, records, fitted, features }: Neighbourhood,
  { fold, rng }: { fold: Int32Array; rng: Rng },
): Spread {
  const left = new Set(fold);
  const held = Int32Array.from(fitted.keys()).filter((i) => left.has(fitted[i]!));
  if (held.length === 0) return { variance: 1, directions: false };
  return tf.tidy(() => {
    const near = tf.matMul(
      tf.gather(features.values, tf.tensor1d(held, 'int32')) as Tensor2D,
      features.factor,
      false,
      true,
    ) as Tensor2D;
    const rest = residualsOf({ data, queries: fitted, records, without: fold });
    const { llm, query, residual, known } = residualsOf({
      data,
      queries: held.map((i) => fitted[i]!),
      records,
      without: fold,
      held: true,
    });
    const errorOf = (spread: Spread): number => {
      const told = compute(tf, () => {
        const [messages] = fitMessages(tf, features, [rest], spread, rng.fork('directions'));
        return toldBy(tf, near, messages!);
      });
      return known.reduce(
        (sum, count, e) => sum + count * (residual[e]! - told[query[e]! * data.numLlms + llm[e]!]!) ** 2,
        0,
      );
    };
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

/** What is left out, one after the other, and how far what is shared varies. */
interface Telling {
  folds: readonly Int32Array[];
  spread: Spread;
  rng: Rng;
}

/**
 * Fits what anchors tell the queries around them, once for each of `folds`, without that fold's queries; with no fold,
 * once with all. All have the neighbourhood's places of anchors.
 */
export function tellNeighbours(
  tf: TensorFlow,
  { data, records, located, fitted, features }: Neighbourhood,
  { folds, spread, rng }: Telling,
): Anchors[] {
  const residuals = (folds.length === 0 ? [Int32Array.of()] : folds).map((without) =>
    residualsOf({ data, queries: fitted, records, without }),
  );
  const told = fitMessages(tf, features, residuals, spread, rng);
  return told.map((of) => ({ located, ...of }));
}

/** The same of a neighbourhood that nothing else is asked of. */
export function gatherNeighbourhood(
  tf: TensorFlow,
  { folds, spread, rng, ...of }: LocatedQueries & Telling,
): { anchors: Int32Array; folds: Anchors[] } {
  const neighbourhood = openNeighbourhood(tf, of, rng.fork('drawn'));
  const told = tellNeighbours(tf, neighbourhood, { folds, spread, rng: rng.fork('directions') });
  tf.dispose(Object.values(neighbourhood.features));
  return { anchors: neighbourhood.anchors, folds: told };
}
