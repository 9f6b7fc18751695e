import type { Rng } from '../base/rng.js';
import type { Dataset } from '../dataset/dataset.js';
import type { Weights } from '../math/weights.js';
import type { ProfileVectors } from '../profile/vectors.js';
import type { TensorFlow } from '../tensor/types.js';

/** A query as a router sees it: its vector `[dim]`, and its task where it is known. */
export interface RoutedQuery {
  vector: Float32Array;
  /** Index into the dataset's tasks, −1 where unknown. */
  task: number;
}

/** A router that has learned from a log. */
export interface FittedRouter {
  /** Expected score of every LLM `[numLlms]`; comparable among LLMs, not always a probability. */
  score(query: RoutedQuery): Float32Array;
}

/** What fitting may use beside the log. The caller owns `tf`; a router leaves no tensor behind. */
export interface FitTools {
  tf: TensorFlow;
  rng: Rng;
}

interface Named {
  /** Short, in kebab case: names it in artifacts, reports and on the command line. */
  readonly name: string;
  /** What it is, in a few words, for tables. */
  readonly title: string;
}

/** A way to route that needs no profile: fitted on the queries `train` of a dataset, and on nothing else. */
export interface Baseline extends Named {
  /** Whether it reads the task; a router that does not reads only the text. */
  readonly told: boolean;
  fit(data: Dataset, train: Int32Array, tools: FitTools): Promise<FittedBaseline>;
  /** The router that {@link FittedBaseline.tables} came from. */
  restore(tables: Weights): FittedRouter;
}

export interface FittedBaseline extends FittedRouter {
  /** All that {@link Baseline.restore} needs, to be written into an artifact. */
  tables(): Weights;
}

/** A way to route by profiles: it knows their vectors, never how they were made. */
export interface ProfileRouter extends Named {
  fit(data: Dataset, train: Int32Array, profiles: ProfileVectors, tools: FitTools): Promise<FittedRouter>;
}
