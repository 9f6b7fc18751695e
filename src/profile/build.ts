import type { Rng } from '../base/rng.js';
import { PointsmanError } from '../base/errors.js';
import type { Encoder } from '../encoder/types.js';
import type { GraphRows } from '../graph/rows.js';
import { parse } from '../schema/parse.js';
import { ProfileDesign } from '../schema/design.js';
import { designName } from './design.js';
import { indexProfiles } from './id/build.js';
import { observe } from './observed.js';
import { propagatedProfiles } from './propagation/build.js';
import type { Dataset } from '../dataset/dataset.js';
import { createDeterministicComposer } from './text/composer/deterministic.js';
import type { TextComposer } from './text/composer/types.js';
import { textProfiles } from './text/build.js';
import type { ProfileVectors } from './vectors.js';

export interface ProfileRequest {
  /** Gives the encoded queries; which of its kinds of node a profile takes is `design`'s to say, not its own. */
  data: Dataset;
  /** The rows that `data` was made from. */
  rows: GraphRows;
  /** Queries that profiles may know, indices into `rows.queries`. */
  train: Int32Array;
  design: ProfileDesign;
  /** The one that `data.queries` were encoded by. */
  encoder: Encoder;
  rng: Rng;
  /** Of structured texts; by rule unless given. */
  composer?: TextComposer;
}

/**
 * The profiles of all LLMs in a design that isn't trained, of the queries `train` and no other.
 *
 * @throws PointsmanError `invalid_request` for an illegal design or a trainable one; what the encoder and composer
 *   throw
 */
export async function buildProfiles({
  data,
  rows,
  train,
  design,
  encoder,
  rng,
  composer = createDeterministicComposer(),
}: ProfileRequest): Promise<ProfileVectors> {
  const legal = parse(ProfileDesign, design, 'invalid_request', 'design');
  if (legal.learning === 'trainable')
    throw new PointsmanError(
      'invalid_request',
      `design.learning: expected training-free, got trainable (${designName(legal)} is made by training)`,
    );
  if (legal.representation === 'index') return indexProfiles(rows, encoder.dim, rng);
  const observed = observe(rows, train, legal);
  if (legal.representation === 'text') return textProfiles(observed, legal, encoder, composer, rng);
  return propagatedProfiles(
    observed,
    legal,
    Array.from(train, (q) => data.queries.at(q)!),
    encoder,
  );
}
