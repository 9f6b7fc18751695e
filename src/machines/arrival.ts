/**
 * What the first answers of an LLM that came after the training say beyond what is declared of it: which of the known
 * LLMs it is like, and how much better or worse than what is declared. A Bayesian linear regression of its scores,
 * less what is declared, on what is expected of the others on the same queries, so that an LLM that is asked what is
 * hard does not look weak:
 *
 *     y = w·x + ε,    w_i ~ N(0, d_i²),  ε ~ N(0, NOISE²)
 *
 * of features x `[n]` with deviations d `[n]` of what their weights are before anything is known.
 */
import { inverseOf } from '../math/symmetric.js';

/** Deviation of a single answer. */
const NOISE = 0.4;

/** What is told of an LLM for one query: what to add to what is declared, and the deviation of that. */
export interface Arrival {
  shift: number;
  deviation: number;
}

/** What is known of one LLM. */
interface Known {
  /** Sums of x·xᵀ `[n, n]` and of x·y `[n]`, in units of the noise, what was believed before included. */
  precision: Float64Array;
  pull: Float64Array;
  /** Covariance of the weights `[n, n]`, and their means; null where more was observed since. */
  posterior: { covariance: Float64Array; weights: Float64Array } | null;
}

export interface Arrivals {
  /** Takes note of an answer whose score is `residual` higher than what is declared lets expect. */
  observe(model: string, features: Float64Array, residual: number, weight?: number): void;
  /** Whether any answer of an LLM was observed. */
  knows(model: string): boolean;
  of(model: string, features: Float64Array): Arrival;
}

/** Σ a_ij · x_j, of row i of a matrix `[n, n]`. */
function rowTimes(a: Float64Array, i: number, x: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < x.length; j++) sum += a[i * x.length + j]! * x[j]!;
  return sum;
}

/** @param deviations of weights before anything is known `[n]` */
export function createArrivals(deviations: Float64Array): Arrivals {
  const n = deviations.length;
  const llms = new Map<string, Known>();

  function prior(): Known {
    const precision = new Float64Array(n * n);
    deviations.forEach((deviation, i) => (precision[i * n + i] = 1 / deviation ** 2));
    return { precision, pull: new Float64Array(n), posterior: null };
  }
  const unknown = prior();

  function posteriorOf(known: Known): NonNullable<Known['posterior']> {
    const covariance = inverseOf(known.precision, n);
    const weights = deviations.map((_, i) => rowTimes(covariance, i, known.pull));
    return { covariance, weights };
  }

  return {
    observe(model, x, residual, weight = 1) {
      let known = llms.get(model);
      if (known === undefined) llms.set(model, (known = prior()));
      known.posterior = null;
      const counts = weight / NOISE ** 2;
      for (let i = 0; i < n; i++) {
        known.pull[i]! += counts * x[i]! * residual;
        for (let j = 0; j < n; j++) known.precision[i * n + j]! += counts * x[i]! * x[j]!;
      }
    },
    knows: (model) => llms.has(model),
    of(model, x) {
      const known = llms.get(model) ?? unknown;
      const { covariance, weights } = (known.posterior ??= posteriorOf(known));
      let [shift, variance] = [0, 0];
      for (let i = 0; i < n; i++) {
        shift += x[i]! * weights[i]!;
        variance += x[i]! * rowTimes(covariance, i, x);
      }
      return { shift, deviation: Math.sqrt(Math.max(0, variance)) };
    },
  };
}
