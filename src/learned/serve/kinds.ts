import { createMatrices, rowMajor } from '../../math/simd/matrices.js';
import { dot, toSoftmax } from '../../math/linear.js';
import type { TrainedModel } from '../../artifact/model.js';
import { likeliestFirst } from '../../scoring/groups.js';
import type { KindShare } from '../../scoring/types.js';
import { KIND_SHARPNESS, locationOf } from '../location.js';
import { createPlacer, type Placer } from './placing.js';
import { weighedBasis } from './products.js';

/** What is known of an encoded query `[dim]` beside its scores. */
export interface KindReader {
  /** How likely it is of each kind; none where the model has none. */
  kindsOf(vector: Float32Array): KindShare[];
  /** Where it lies among logged queries, as the centres of kinds do `[location]`; empty where the model can't say. */
  embed(vector: Float32Array): Float32Array;
}

/** Kinds that an explanation names. */
const EXPLAINED = 3;

/** Reads the kinds of a model, whatever its router. */
export function createKindReader(model: TrainedModel, place: Placer | null = placerOf(model)): KindReader {
  if (place === null) return { kindsOf: () => [], embed: () => new Float32Array(0) };
  const { kinds } = model.names;
  const centres = model.tables['embedding/kind']!.data;
  const length = centres.length / Math.max(1, kinds.length);
  const bias = Float32Array.from(
    kinds,
    (_, k) => -KIND_SHARPNESS * dot(centres, k * length, centres, k * length, length),
  );
  const embed = (vector: Float32Array): Float32Array => locationOf(place(vector));
  return {
    embed,
    kindsOf(vector) {
      if (kinds.length === 0) return [];
      const at = embed(vector);
      const shares = toSoftmax(bias.map((b, k) => b + 2 * KIND_SHARPNESS * dot(centres, k * length, at, 0, length)));
      return kinds.map((kind, k) => ({ kind, probability: shares[k]! }));
    },
  };
}

/** The likeliest kinds of a query, likeliest first. */
export function likeliestKinds(reader: Pick<KindReader, 'kindsOf'>, vector: Float32Array): KindShare[] {
  return likeliestFirst(reader.kindsOf(vector)).slice(0, EXPLAINED);
}

/** Kept as long as their model: scorers come and go with every change of the ledger. */
const placers = new WeakMap<TrainedModel, Placer>();

/** A placer of its own, for a model that places queries for nothing else; null where it has no kinds to tell. */
function placerOf(model: TrainedModel): Placer | null {
  const { names, tables } = model;
  if (names.kinds.length === 0) return null;
  const known = placers.get(model);
  if (known !== undefined) return known;
  const { x, matrices } = createMatrices({
    basis: rowMajor(tables['semantic/basis']!.data, tables['semantic/mean']!.data.length),
    wordBasis: weighedBasis(tables),
  });
  const placer = createPlacer(tables, { x, ...matrices });
  placers.set(model, placer);
  return placer;
}
