/** The FNV-1a hash, over UTF-16 code units: `hash = Math.imul(hash ^ unit, FNV_PRIME)`, beginning with the seed. */
export const FNV_PRIME = 0x01000193;
export const FNV_SEED = 0x811c9dc5 | 0;

/** Final mix of a 32-bit hash, so that the low bits depend on every bit (Mulvey, "lowbias32"). */
export function finish(hash: number): number {
  let h = hash;
  h = Math.imul(h ^ (h >>> 16), 0x7feb352d);
  h = Math.imul(h ^ (h >>> 15), 0x846ca68b);
  return (h ^ (h >>> 16)) >>> 0;
}
