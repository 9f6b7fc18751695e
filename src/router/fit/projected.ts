import { fromRows, type Matrix } from '../../math/matrix.js';
import type { Dataset } from '../../dataset/dataset.js';
import type { ProfileVectors } from '../../profile/vectors.js';
import { dot } from '../../math/linear.js';

/**
 * Profiles and queries in their common space, each kind with a mean squared length of 1 whatever the profile's own
 * scale.
 */
export interface Projected {
  /** `[numLlms, dim]` */
  llms: Matrix;
  /** The training queries `[numQueries, dim]`. */
  queries: Matrix;
  /** An encoded query in that space `[dim]`. */
  place(vector: Float32Array): Float32Array;
}

function scaleOf({ rows, data }: Matrix): number {
  const square = dot(data, 0, data, 0, data.length);
  return square > 0 ? Math.sqrt(rows / square) : 1;
}

export function projectAll(data: Dataset, queries: Int32Array, profiles: ProfileVectors): Projected {
  const { dim } = profiles;
  const llms = fromRows(profiles.llms, dim);
  const placed = fromRows(
    Array.from(queries, (q) => profiles.place(data.queries.at(q)!)),
    dim,
  );
  const [ofLlms, ofQueries] = [scaleOf(llms), scaleOf(placed)];
  return {
    llms: { ...llms, data: llms.data.map((x) => x * ofLlms) },
    queries: { ...placed, data: placed.data.map((x) => x * ofQueries) },
    place: (vector) => profiles.place(vector).map((x) => x * ofQueries),
  };
}
