import type { Candidate, InExperiment, Shadow } from '../schema/experiment.js';
import type { Scorer } from '../scoring/types.js';

/** What a query's arm is chosen by. */
export interface Unit {
  /** The policy that it would be routed by. */
  policy: string;
  /** Id of the key that asks; null where nobody is asked for one. */
  key: string | null;
  /** What names its conversation; null where it is none. */
  conversation: string | null;
  query: string;
}

/** The arm that decides a query. */
export interface Assigned extends InExperiment {
  /** What decides otherwise than what is in force; null where nothing does. */
  candidate: Candidate | null;
  /** The scorer of the candidate's version; null for the one in force. */
  scorer: Scorer | null;
}

/** What decides silently beside what is in force. */
export interface Beside {
  experiment: string;
  shadow: Shadow;
  /** Null for the one in force. */
  scorer: Scorer | null;
}

/** The experiments that run, as decisions read them. */
export interface Experiments {
  /** The same for the same unit, in every process; null where the query takes part in none. */
  assign(unit: Unit): Assigned | null;
  /** Shadows of queries that are routed by this policy. */
  shadows(policy: string): readonly Beside[];
}

/** No experiment runs. */
export const NO_EXPERIMENTS: Experiments = { assign: () => null, shadows: () => [] };
