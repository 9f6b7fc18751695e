declare module 'graphology-layout-forceatlas2/iterate.js' {
  /** One round of ForceAtlas2, in place: ten numbers a node, three an edge. */
  export default function iterate(settings: object, nodes: Float32Array, edges: Float32Array): void;
}
declare module 'graphology-layout-forceatlas2/helpers.js' {
  import type { AbstractGraph } from 'graphology-types';
  export function graphToByteArrays(
    graph: AbstractGraph,
    weightOf: (edge: string, attributes: { weight: number }) => number,
  ): { nodes: Float32Array; edges: Float32Array };
}
