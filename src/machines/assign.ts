import { createHash } from 'node:crypto';

/**
 * Place of a unit in an experiment, in [0, 1): the same in every process and release, and independent of its place in
 * experiments of other names. The first 48 bits of SHA-256.
 *
 * @param experiment salts the hash
 */
export function placeOf(experiment: string, unit: string): number {
  // A name has no NUL, so that no two pairs are one text.
  return createHash('sha256').update(`${experiment}\0${unit}`).digest().readUIntBE(0, 6) / 2 ** 48;
}

/**
 * The arm whose piece of [0, 1) holds the place; pieces stand in the order of `shares`, each as wide as its share of
 * them all. Of a canary, list the candidate first: who had it at a small share keeps it at a larger one.
 *
 * @param shares at least one; not negative, and not all 0
 */
export function armAt(place: number, shares: readonly number[]): number {
  const total = shares.reduce((sum, share) => sum + share, 0);
  let left = place * total;
  let last = 0;
  for (const [arm, share] of shares.entries()) {
    if (share <= 0) continue;
    last = arm;
    if ((left -= share) < 0) return arm;
  }
  return last;
}
