import type { Rng } from '../../base/rng.js';
import type { Encoder } from '../../encoder/types.js';
import type { ProfileDesign } from '../design.js';
import type { Observed } from '../observed.js';
import type { ProfileVectors } from '../vectors.js';
import type { TextComposer } from './composer/types.js';
import { flatTexts } from './flat.js';
import { structuredTexts } from './structured.js';

/** Profiles that are texts, encoded as queries are, so that both lie in the encoder's space. */
export async function textProfiles(
  observed: Observed,
  design: ProfileDesign,
  encoder: Encoder,
  composer: TextComposer,
  rng: Rng,
): Promise<ProfileVectors> {
  const texts =
    design.form === 'flat' ? flatTexts(observed) : await structuredTexts(observed, design.hops, composer, rng);
  return { dim: encoder.dim, llms: await encoder.encode(texts), place: (query) => query, texts };
}
