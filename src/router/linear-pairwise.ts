import { matrix, type Matrix } from '../math/matrix.js';
import { sigmoid } from '../math/linear.js';
import { toUnit } from '../math/unit.js';
import { defineBaseline, UNSEEN_LOGIT } from './fit/baseline.js';
import { applyLinear, fitLinear } from './fit/linear.js';
import { seenLlms } from './fit/means.js';
import { comparisonLoss } from './fit/row-loss.js';
import { MAX_FITTED, vectorsOf } from './fit/rows.js';
import { sampleInOrder } from '../math/sample.js';
import { leadingDirections } from '../tensor/subspace.js';

const RANK = 128;
const L2 = 3;
/** Comparisons that fitting goes through in one step. */
const MAX_COMPARISONS = 2_000_000;

/** Smoothed inverse document frequency of each column `[dim]`, where a query has it if it isn't 0. */
function inverseFrequency(x: Matrix): Float32Array {
  const count = new Float32Array(x.cols);
  for (let i = 0; i < x.data.length; i++) if (x.data[i] !== 0) count[i % x.cols]!++;
  return count.map((n) => Math.log((1 + x.rows) / (1 + n)) + 1);
}

const weighted = (vector: Float32Array, idf: Float32Array): Float32Array => toUnit(vector.map((v, i) => v * idf[i]!));

/** x·basisᵀ `[n, rank]`. */
function project(x: Matrix, basis: Float32Array, rank: number): Matrix {
  const across = new Float32Array(basis.length);
  for (let r = 0; r < rank; r++) for (let i = 0; i < x.cols; i++) across[i * rank + r] = basis[r * x.cols + i]!;
  const map = { kernel: across, bias: new Float32Array(rank) };
  const out = matrix(x.rows, rank);
  for (let i = 0; i < x.rows; i++)
    out.data.set(applyLinear(map, x.data.subarray(i * x.cols, (i + 1) * x.cols)), i * rank);
  return out;
}

/**
 * LLMs' utilities linear in the truncated SVD of the queries' weighted features, learned from comparisons.
 * Tables, with the SVD folded in: `idf [dim]`, `kernel [dim, numLlms]`, `bias [numLlms]`.
 */
export const linearPairwise = defineBaseline({
  name: 'linear-pairwise',
  title: 'pairwise linear model on IDF/SVD features',
  learn(data, train, { tf, rng }) {
    const { numLlms, dim } = data;
    const limit = Math.min(MAX_FITTED, Math.ceil(MAX_COMPARISONS / (1 + (numLlms * (numLlms - 1)) / 2)));
    const queries = sampleInOrder(train, limit, rng);
    const raw = vectorsOf(data, queries);
    const idf = inverseFrequency(raw);
    const x = matrix(raw.rows, dim);
    for (let i = 0; i < raw.rows; i++) x.data.set(weighted(raw.data.subarray(i * dim, (i + 1) * dim), idf), i * dim);
    const rank = Math.min(RANK, dim, Math.max(1, raw.rows));
    const basis = leadingDirections(tf, x, rank, rng.fork('directions'));
    const { kernel, bias } = fitLinear(tf, {
      x: project(x, basis, rank),
      queries,
      outputs: numLlms,
      loss: comparisonLoss(data),
      l2: L2,
    });
    const seen = seenLlms(data, train);
    const folded = new Float32Array(dim * numLlms);
    for (let i = 0; i < dim; i++)
      for (let r = 0; r < rank; r++)
        for (let l = 0; l < numLlms; l++) folded[i * numLlms + l]! += basis[r * dim + i]! * kernel[r * numLlms + l]!;
    return {
      idf: { shape: [dim], data: idf },
      kernel: { shape: [dim, numLlms], data: folded },
      bias: { shape: [numLlms], data: bias.map((b, l) => (seen[l] ? b : UNSEEN_LOGIT)) },
    };
  },
  restore: ({ idf, kernel, bias }) => ({
    score: ({ vector }) =>
      applyLinear({ kernel: kernel!.data, bias: bias!.data }, weighted(vector, idf!.data)).map(sigmoid),
  }),
});
