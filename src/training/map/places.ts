/** A point in the plane. */
export type Point = [x: number, y: number];

/** How far LLMs lie from the middle of all, as a share of how far queries do. */
const LLM_REACH = 0.75;
/** Nodes that are no queries are at least so far from each other. */
const APART = 0.07;
const ROUNDS = 60;

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Median of the points of each group; the middle for a group without any. `groupOf` answers −1 for none. */
export function mediansOf(points: readonly Point[], groupOf: (point: number) => number, groups: number): Point[] {
  const members = Array.from({ length: groups }, (): Point[] => []);
  points.forEach((point, i) => members[groupOf(i)]?.push(point));
  return members.map((own) =>
    own.length === 0 ? [0, 0] : [median(own.map(([x]) => x)), median(own.map(([, y]) => y))],
  );
}

const spreadOf = (points: readonly Point[], [mx, my]: Point): number =>
  Math.sqrt(points.reduce((sum, [x, y]) => sum + (x - mx) ** 2 + (y - my) ** 2, 0) / Math.max(1, points.length));

/**
 * Where LLMs lie: at the mean of the queries, each weighing by the square of how much better than the mean LLM it is
 * expected to be there; then all moved apart about their middle, as such means lie close together.
 *
 * @param quality expected scores `[numQueries][numLlms]`
 */
export function placesOfLlms(points: readonly Point[], quality: readonly (readonly number[])[], llms: number): Point[] {
  const sums = Array.from({ length: llms }, () => ({ x: 0, y: 0, weight: 1e-9 }));
  quality.forEach((scores, q) => {
    const mean = scores.reduce((a, b) => a + b, 0) / Math.max(1, scores.length);
    scores.forEach((score, l) => {
      const weight = Math.max(0, score - mean) ** 2;
      const sum = sums[l]!;
      sum.x += weight * points[q]![0];
      sum.y += weight * points[q]![1];
      sum.weight += weight;
    });
  });
  const raw = sums.map(({ x, y, weight }): Point => [x / weight, y / weight]);
  const middle: Point = [
    raw.reduce((sum, [x]) => sum + x, 0) / Math.max(1, llms),
    raw.reduce((sum, [, y]) => sum + y, 0) / Math.max(1, llms),
  ];
  const scale = (LLM_REACH * spreadOf(points, [0, 0])) / (spreadOf(raw, middle) || 1);
  return raw.map(([x, y]): Point => [(x - middle[0]) * scale, (y - middle[1]) * scale]);
}

/** Pushes points apart until none lie on each other, in place. */
export function pushApart(points: readonly Point[]): void {
  for (let round = 0; round < ROUNDS; round++) {
    let moved = false;
    for (let i = 0; i < points.length; i++)
      for (let j = i + 1; j < points.length; j++) {
        const [a, b] = [points[i]!, points[j]!];
        const apart = Math.hypot(a[0] - b[0], a[1] - b[1]);
        if (apart >= APART) continue;
        moved = true;
        // Two on one spot part in a direction of their own.
        const angle = apart > 1e-9 ? Math.atan2(a[1] - b[1], a[0] - b[0]) : 2.4 * (i + j);
        const by = (APART - apart) / 2 + 1e-4;
        a[0] += by * Math.cos(angle);
        a[1] += by * Math.sin(angle);
        b[0] -= by * Math.cos(angle);
        b[1] -= by * Math.sin(angle);
      }
    if (!moved) return;
  }
}
