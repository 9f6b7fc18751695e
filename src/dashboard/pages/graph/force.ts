import forceAtlas2 from 'graphology-layout-forceatlas2';
import type { ForceRequest } from './force.worker.js';
import { JOINS, type Drawn, type Learned, type LearnedEdge } from './model.js';

/** Numbers that a node and an edge take in what the layout reads, and where a node's mass stands among them. */
const PER_NODE = 10;
const PER_EDGE = 3;
const MASS = 6;

/** Rounds of the layout: fewer of large graphs. */
const roundsOf = (order: number): number => (order > 2_000 ? 200 : 500);

/** Places of nodes `x, y`, in the graph's order. */
export type Places = Float32Array;

/** Where the answered graph has its nodes: by what was learned. */
export const learnedPlaces = (graph: Drawn): Places =>
  Float32Array.from(graph.mapNodes((_, { node }) => [node.x, node.y]).flat());

/** Moves all nodes at once. */
export function moveTo(graph: Drawn, places: Places): void {
  let i = 0;
  graph.updateEachNodeAttributes(
    (_, attributes) => {
      [attributes.x, attributes.y] = [places[i]!, places[i + 1]!];
      i += 2;
      return attributes;
    },
    { attributes: ['x', 'y'] },
  );
}

/** How strongly an edge pulls: answers to LLMs that are good there, all together no more than what joins. */
const pullOf = ({ relation, weight }: LearnedEdge): number =>
  relation === 'llm-query' || relation === 'llm-preference' ? 0.1 * weight ** 2 : JOINS.has(relation) ? 2 : weight;

/** A graph as ForceAtlas2 reads it. */
function forcesOf({ nodes, edges }: Learned): { nodes: Float32Array<ArrayBuffer>; edges: Float32Array<ArrayBuffer> } {
  const bodies = new Float32Array(PER_NODE * nodes.length);
  nodes.forEach(({ x, y }, n) => bodies.set([x, y, 0, 0, 0, 0, 1, 1, 1, 0], n * PER_NODE));
  const pulls = new Float32Array(PER_EDGE * edges.length);
  edges.forEach((edge, e) => {
    const [from, to, pull] = [edge.source * PER_NODE, edge.target * PER_NODE, pullOf(edge)];
    bodies[from + MASS]! += pull;
    bodies[to + MASS]! += pull;
    pulls.set([from, to, pull], e * PER_EDGE);
  });
  return { nodes: bodies, edges: pulls };
}

/**
 * Lays the graph out by force, in a worker. Answers what stops it.
 *
 * @param show is called with places as they come, and how much of it is done
 */
export function layOutByForce(learned: Learned, show: (places: Places, done: number) => void): () => void {
  const { nodes, edges } = forcesOf(learned);
  const order = learned.nodes.length;
  const settings = {
    ...forceAtlas2.inferSettings(order),
    barnesHutOptimize: order > 300,
    scalingRatio: 8,
    adjustSizes: false,
    linLogMode: false,
    outboundAttractionDistribution: false,
    edgeWeightInfluence: 1,
  };
  const worker = new Worker(new URL('./force.worker.ts', import.meta.url), { type: 'module' });
  worker.addEventListener('message', ({ data }: MessageEvent<{ nodes: Float32Array; done: number }>) => {
    const places = new Float32Array(2 * order);
    for (let n = 0; n < order; n++) {
      places[2 * n] = data.nodes[n * PER_NODE]!;
      places[2 * n + 1] = data.nodes[n * PER_NODE + 1]!;
    }
    show(places, data.done);
    if (data.done === 1) worker.terminate();
  });
  const request: ForceRequest = { nodes, edges, settings, rounds: roundsOf(order) };
  worker.postMessage(request, [nodes.buffer, edges.buffer]);
  return () => worker.terminate();
}
