import forceAtlas2 from 'graphology-layout-forceatlas2';
import { graphToByteArrays } from 'graphology-layout-forceatlas2/helpers.js';
import type { ForceRequest } from './force.worker.js';
import type { Drawn } from './model.js';

/** Numbers that a node takes in what the layout reads. */
const PER_NODE = 10;

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

/**
 * Lays the graph out by force, in a worker. Answers what stops it.
 *
 * @param show is called with places as they come, and how much of it is done
 */
export function layOutByForce(graph: Drawn, show: (places: Places, done: number) => void): () => void {
  const { nodes, edges } = graphToByteArrays(graph as never, (_, { weight }) => weight);
  const settings = {
    ...forceAtlas2.inferSettings(graph.order),
    barnesHutOptimize: graph.order > 300,
    scalingRatio: 8,
    adjustSizes: false,
    linLogMode: false,
    outboundAttractionDistribution: false,
    edgeWeightInfluence: 1,
  };
  const worker = new Worker(new URL('./force.worker.ts', import.meta.url), { type: 'module' });
  worker.addEventListener('message', ({ data }: MessageEvent<{ nodes: Float32Array; done: number }>) => {
    const places = new Float32Array(2 * graph.order);
    for (let n = 0; n < graph.order; n++) {
      places[2 * n] = data.nodes[n * PER_NODE]!;
      places[2 * n + 1] = data.nodes[n * PER_NODE + 1]!;
    }
    show(places, data.done);
    if (data.done === 1) worker.terminate();
  });
  const request: ForceRequest = { nodes, edges, settings, rounds: roundsOf(graph.order) };
  worker.postMessage(request, [nodes.buffer, edges.buffer]);
  return () => worker.terminate();
}
