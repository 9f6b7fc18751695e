/** By code units, as JavaScript sorts: the one order of names in canonical rows. */
export function byName(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
