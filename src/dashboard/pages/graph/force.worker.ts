import iterate from 'graphology-layout-forceatlas2/iterate.js';

/** A graph as ForceAtlas2 reads it; see `force.ts`. */
export interface ForceRequest {
  nodes: Float32Array;
  edges: Float32Array;
  settings: object;
  rounds: number;
}

/** Milliseconds between two pictures of it. */
const SHOWN_MS = 60;

onmessage = ({ data: { nodes, edges, settings, rounds } }: MessageEvent<ForceRequest>) => {
  let shown = performance.now();
  for (let round = 1; round <= rounds; round++) {
    iterate(settings, nodes, edges);
    if (round < rounds && performance.now() - shown < SHOWN_MS) continue;
    shown = performance.now();
    postMessage({ nodes, done: round / rounds });
  }
};
