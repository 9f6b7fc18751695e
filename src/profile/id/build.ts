import type { Rng } from '../../base/rng.js';
import type { GraphRows } from '../../graph/rows.js';
import { toUnit } from '../../math/unit.js';
import type { ProfileVectors } from '../vectors.js';

/**
 * A random unit vector per LLM: it only tells LLMs apart. The same seed and id give the same, whoever else is there.
 */
export function indexProfiles(rows: GraphRows, dim: number, rng: Rng): ProfileVectors {
  const llms = rows.llms.map(({ id }) => {
    const own = rng.fork(`index ${id}`);
    return toUnit(Float32Array.from({ length: dim }, () => own.normal()));
  });
  return { dim, llms, place: (query) => query };
}
