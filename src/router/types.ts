import type { Dataset } from '../profile/structured/dataset.js';

/** A query as a router sees it: its vector `[dim]`, and its task where the router is told. */
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

/** A way to route: fitted on the queries `train` of a dataset, and on nothing else. */
export interface Router {
  readonly name: string;
  /** Whether it is told the task; one that isn't reads only text. */
  readonly told: boolean;
  fit(data: Dataset, train: Int32Array): FittedRouter;
}
