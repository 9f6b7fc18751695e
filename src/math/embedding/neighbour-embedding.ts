import type { Rng } from '../../base/rng.js';
import type { Matrix } from '../matrix.js';
import { nearestOf } from './nearest.js';
import { neighbourGraph, type NeighbourGraph } from './neighbour-graph.js';
import { principalPlane } from './principal.js';

/** Neighbours that a point is kept near to. */
const NEIGHBOURS = 15;
/** Passes over all pairs; fewer over many points, which bounds the time. */
const EPOCHS = 300;
const FEWEST_EPOCHS = 100;
const FULL_EPOCHS = 1_500;
/** Points that a point is pushed away from, for each that it is pulled to. */
const PUSHED = 5;
/** Largest step along one axis, and how far the plane begins: ±10, as in UMAP. */
const LARGEST = 4;
const BEGINS = 10;

/** Starts from the principal plane, in a range in which steps are small. */
function begin(points: Matrix, rng: Rng): Float32Array {
  const plane = principalPlane(points, rng);
  const most = plane.reduce((a, x) => Math.max(a, Math.abs(x)), 0) || 1;
  // Points that are the same must be able to part.
  return plane.map((x) => (BEGINS * x) / most + 1e-3 * rng.normal());
}

const clip = (x: number): number => (x > LARGEST ? LARGEST : x < -LARGEST ? -LARGEST : x);

/** Pulls pairs together as often as they weigh, and pushes each away from points at random. */
function settle(at: Float32Array, { from, to, weight }: NeighbourGraph, epochs: number, rng: Rng): void {
  const n = at.length / 2;
  const heaviest = weight.reduce((a, w) => Math.max(a, w), 0);
  const due = Float32Array.from(weight, () => 0);
  function move(i: number, j: number, rate: number, pull: boolean): void {
    const [dx, dy] = [at[2 * i]! - at[2 * j]!, at[2 * i + 1]! - at[2 * j + 1]!];
    const square = dx * dx + dy * dy;
    const by = pull ? -2 / (1 + square) : 2 / ((0.001 + square) * (1 + square));
    const [x, y] = [rate * clip(by * dx), rate * clip(by * dy)];
    at[2 * i]! += x;
    at[2 * i + 1]! += y;
    if (!pull) return;
    at[2 * j]! -= x;
    at[2 * j + 1]! -= y;
  }
  for (let epoch = 0; epoch < epochs; epoch++) {
    const rate = 1 - epoch / epochs;
    for (let pair = 0; pair < from.length; pair++) {
      due[pair]! += weight[pair]! / heaviest;
      if (due[pair]! < 1) continue;
      due[pair]! -= 1;
      const [i, j] = [from[pair]!, to[pair]!];
      move(i, j, rate, true);
      for (let k = 0; k < PUSHED; k++) {
        const [one, other] = [k % 2 === 0 ? i : j, rng.int(n)];
        if (other !== one) move(one, other, rate, false);
      }
    }
  }
}

/** Moves points about their mean, the farthest one to distance 1. */
export function toUnitDisc(at: Float32Array): Float32Array {
  const n = at.length / 2;
  let [x, y] = [0, 0];
  for (let i = 0; i < n; i++) {
    x += at[2 * i]! / n;
    y += at[2 * i + 1]! / n;
  }
  let most = 0;
  for (let i = 0; i < n; i++) most = Math.max(most, Math.hypot(at[2 * i]! - x, at[2 * i + 1]! - y));
  return at.map((value, i) => (value - (i % 2 === 0 ? x : y)) / (most || 1));
}

/**
 * Points `[n, dim]` in the unit disc `[n, 2]`, so that those near each other stay near: UMAP's neighbour graph from the
 * principal plane on, with 1/(1 + d²) as nearness in the plane. The same points and seed give the same.
 */
export function embedNeighbours(points: Matrix, rng: Rng): Float32Array {
  const at = begin(points, rng.fork('plane'));
  const graph = neighbourGraph(nearestOf(points, NEIGHBOURS));
  const epochs = Math.round(Math.max(FEWEST_EPOCHS, EPOCHS * Math.min(1, FULL_EPOCHS / points.rows)));
  if (graph.from.length > 0) settle(at, graph, epochs, rng.fork('steps'));
  return toUnitDisc(at);
}
