import type { Encoder } from '../../encoder/types.js';
import { NODE_KINDS } from '../../graph/relations.js';
import type { ProfileDesign } from '../design.js';
import type { Observed } from '../observed.js';
import { encodeSome } from '../../encoder/some.js';
import { ownText } from '../text/facts.js';
import { toUnit } from '../../math/unit.js';
import type { ProfileVectors } from '../vectors.js';
import { adjacency, normalize, type SparseMatrix } from './adjacency.js';

/** Columns propagated at a time: no more than this of all nodes' states is held at once. */
const COLUMNS = 64;

/**
 * Encoded texts of all nodes propagated with fixed weights, X^{k+1} = Â · X^k, of which the LLMs' rows after `hops`
 * rounds, scaled to unit length, are the profiles. A query lies where the encoder puts it.
 *
 * @param queries encoded queries of `observed`, in its order
 */
export async function propagatedProfiles(
  observed: Observed,
  design: ProfileDesign,
  queries: readonly Float32Array[],
  encoder: Encoder,
): Promise<ProfileVectors> {
  const { rows, sizes } = observed;
  const features: Float32Array[] = [];
  for (const kind of NODE_KINDS) {
    // Queries come last, and are encoded already.
    if (kind === 'query') features.push(...queries.slice(0, sizes.query));
    else
      features.push(
        ...(await encodeSome(
          encoder,
          Array.from({ length: sizes[kind] }, (_, i) => ownText(rows, kind, i)),
        )),
      );
  }
  const matrix = adjacency(observed);
  normalize(matrix, design.normalization ?? 'symmetric');
  const llms = propagate(matrix, features, encoder.dim, design.hops, sizes.llm);
  return { dim: encoder.dim, llms: llms.map(toUnit), place: (query) => query };
}

/**
 * The first `wanted` rows of Â^hops · X. Each column of X is propagated for itself, so that a few at a time suffice.
 *
 * @param features X `[numNodes, dim]`
 */
export function propagate(
  { start, column, value }: SparseMatrix,
  features: readonly Float32Array[],
  dim: number,
  hops: number,
  wanted: number,
): Float32Array[] {
  const numNodes = features.length;
  const result = Array.from({ length: wanted }, () => new Float32Array(dim));
  let state = new Float32Array(numNodes * COLUMNS);
  let next = new Float32Array(numNodes * COLUMNS);
  for (let from = 0; from < dim; from += COLUMNS) {
    const width = Math.min(COLUMNS, dim - from);
    features.forEach((vector, i) => state.set(vector.subarray(from, from + width), i * COLUMNS));
    for (let hop = 1; hop <= hops; hop++) {
      const rows = hop === hops ? wanted : numNodes;
      next.fill(0, 0, rows * COLUMNS);
      for (let i = 0; i < rows; i++) {
        for (let e = start[i]!; e < start[i + 1]!; e++) {
          const [weight, there] = [value[e]!, column[e]! * COLUMNS];
          if (weight === 0) continue;
          const here = i * COLUMNS;
          for (let c = 0; c < width; c++) next[here + c]! += weight * state[there + c]!;
        }
      }
      [state, next] = [next, state];
    }
    result.forEach((row, l) => row.set(state.subarray(l * COLUMNS, l * COLUMNS + width), from));
  }
  return result;
}
