/** Edges of one relation in columns `[numEdges]`. */
export interface EdgeColumns {
  source: Int32Array;
  target: Int32Array;
  weight: Float32Array;
  count: Float32Array;
}

/** Reorders `order` by ascending key, equals staying as they are: one pass per column, whatever their number. */
function countingSort(order: Int32Array, keyOf: Int32Array, buckets: number): Int32Array {
  const next = new Int32Array(buckets + 1);
  for (const e of order) next[keyOf[e]! + 1]!++;
  for (let b = 0; b < buckets; b++) next[b + 1]! += next[b]!;
  const sorted = new Int32Array(order.length);
  for (const e of order) sorted[next[keyOf[e]!]!++] = e;
  return sorted;
}

/**
 * The order of edges by source, then target: `order[i]` is the i-th edge. Indices are under `sources` and `targets`.
 */
export function edgeOrder(source: Int32Array, target: Int32Array, sources: number, targets: number): Int32Array {
  const order = new Int32Array(source.length).map((_, e) => e);
  return countingSort(countingSort(order, target, targets), source, sources);
}

/** Sorts edges by source, then target; several of the same pair become one, with their mean by count. */
export function sortEdges(
  { source, target, weight, count }: EdgeColumns,
  sources: number,
  targets: number,
): EdgeColumns {
  const order = edgeOrder(source, target, sources, targets);
  const out: EdgeColumns = {
    source: new Int32Array(order.length),
    target: new Int32Array(order.length),
    weight: new Float32Array(order.length),
    count: new Float32Array(order.length),
  };
  let size = 0;
  for (let i = 0; i < order.length;) {
    const first = order[i]!;
    let [sum, total, single] = [0, 0, true];
    const from = i;
    for (; i < order.length && source[order[i]!] === source[first] && target[order[i]!] === target[first]; i++) {
      sum += weight[order[i]!]! * count[order[i]!]!;
      total += count[order[i]!]!;
      single = i === from;
    }
    out.source[size] = source[first]!;
    out.target[size] = target[first]!;
    // A mean of one is not rounded twice.
    out.weight[size] = single ? weight[first]! : sum / total;
    out.count[size++] = total;
  }
  return size === order.length
    ? out
    : {
        source: out.source.slice(0, size),
        target: out.target.slice(0, size),
        weight: out.weight.slice(0, size),
        count: out.count.slice(0, size),
      };
}
