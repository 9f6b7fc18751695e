/** Answers that the shares of all groups weigh as much as, in one. */
const STRENGTH = 20;

/**
 * With which chance each answer's LLM was asked `[n]`, where nobody logged it: the share of answers of its group that
 * are the LLM's, drawn to its share of all. Right as far as LLMs were asked by the group alone.
 *
 * @param chosen index of the LLM `[n]`
 * @param group names what the query is of, as its task `[n]`
 */
export function estimatedPropensities(
  chosen: ArrayLike<number>,
  group: readonly string[],
  numLlms: number,
): Float64Array {
  const all = new Float64Array(numLlms);
  const groups = new Map<string, Float64Array>();
  group.forEach((name, i) => {
    let counts = groups.get(name);
    if (counts === undefined) groups.set(name, (counts = new Float64Array(numLlms)));
    counts[chosen[i]!]!++;
    all[chosen[i]!]!++;
  });
  const sizes = new Map([...groups].map(([name, counts]) => [name, counts.reduce((sum, count) => sum + count, 0)]));
  return Float64Array.from(group, (name, i) => {
    const l = chosen[i]!;
    return (groups.get(name)![l]! + (STRENGTH * all[l]!) / group.length) / (sizes.get(name)! + STRENGTH);
  });
}
