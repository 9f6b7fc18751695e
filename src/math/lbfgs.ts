/** Steps whose curvature is remembered. */
const MEMORY = 8;
const SUFFICIENT_DECREASE = 1e-4;
const HALVINGS = 20;
/** Relative decrease under which single-precision gradients have nothing more to say. */
const TOLERANCE = 1e-6;

/** Value at `x [n]`, and its gradient `[n]`. */
export type Objective = (x: Float64Array) => { value: number; gradient: Float64Array };

const inner = (a: Float64Array, b: Float64Array): number => a.reduce((sum, v, i) => sum + v * b[i]!, 0);

/** The direction of descent by limited-memory BFGS (Nocedal 1980): two loops over remembered steps. */
function direction(
  gradient: Float64Array,
  memory: readonly { s: Float64Array; y: Float64Array; rho: number }[],
): Float64Array {
  const d = gradient.map((g) => -g);
  const shares = memory.toReversed().map(({ s, y, rho }) => {
    const share = rho * inner(s, d);
    for (let i = 0; i < d.length; i++) d[i]! -= share * y[i]!;
    return share;
  });
  const last = memory.at(-1);
  if (last) {
    const scale = 1 / (last.rho * inner(last.y, last.y));
    for (let i = 0; i < d.length; i++) d[i]! *= scale;
  }
  memory.forEach(({ s, y, rho }, k) => {
    const share = shares[memory.length - 1 - k]! - rho * inner(y, d);
    for (let i = 0; i < d.length; i++) d[i]! += share * s[i]!;
  });
  return d;
}

/**
 * Minimizes a smooth convex function from `start [n]` in at most `steps` steps, each with a backtracking line search.
 */
export function minimize(objective: Objective, start: Float64Array, steps: number): Float64Array {
  let x = start;
  let { value, gradient } = objective(x);
  const memory: { s: Float64Array; y: Float64Array; rho: number }[] = [];
  for (let step = 0; step < steps; step++) {
    const d = direction(gradient, memory);
    const slope = inner(d, gradient);
    if (!(slope < 0)) break;
    // Without curvature known, the first step has unit length.
    let rate = memory.length === 0 ? Math.min(1, 1 / Math.sqrt(inner(gradient, gradient))) : 1;
    let next = x;
    let reached = { value, gradient };
    for (let halving = 0; halving < HALVINGS; halving++, rate /= 2) {
      next = x.map((v, i) => v + rate * d[i]!);
      reached = objective(next);
      if (reached.value <= value + SUFFICIENT_DECREASE * rate * slope) break;
    }
    const gain = value - reached.value;
    if (!(gain > 0)) break;
    const s = next.map((v, i) => v - x[i]!);
    const y = reached.gradient.map((g, i) => g - gradient[i]!);
    const curvature = inner(s, y);
    if (curvature > 1e-12 * inner(y, y)) memory.push({ s, y, rho: 1 / curvature });
    if (memory.length > MEMORY) memory.shift();
    x = next;
    ({ value, gradient } = reached);
    if (gain < TOLERANCE * Math.abs(value)) break;
  }
  return x;
}
