import type { StoredMap } from '../../src/artifact/map.js';
import { sha256 } from '../../src/base/hash.js';

const LLMS = ['a/small', 'a/middle', 'b/large'];
const TEXTS = Array.from({ length: 40 }, (_, i) => `query ${i}`);

/** A map of three LLMs and forty queries, whose answers all are logged. */
export function smallMap(): StoredMap {
  const llms = LLMS.map((id, l) => ({ id, x: l, y: 0, family: 0, score: 0.5, answers: 40 }));
  const cells = TEXTS.flatMap((_, q) => llms.map((__, l) => ({ q, l })));
  return {
    llms,
    families: [{ id: 'f', x: 0, y: 0 }],
    tasks: [{ id: 't', x: 0, y: 0 }],
    domains: [{ id: 'd', x: 0, y: 0 }],
    kinds: [{ id: 'k', x: 0, y: 0 }],
    left_out: { llms: 1, queries: 2, tasks: 0 },
    incumbent: 1,
    queries: {
      hash: TEXTS.map((text) => sha256(text)),
      x: TEXTS.map((_, q) => q / 40),
      y: TEXTS.map(() => 0),
      task: TEXTS.map((_, q) => (q % 2 === 0 ? 0 : -1)),
      kind: TEXTS.map(() => 0),
      quality: TEXTS.map((_, q) => [0.2, q % 2 === 0 ? 0.4 : 0.6, 0.5]),
      deviation: TEXTS.map(() => [0.1, 0.1, 0.1]),
    },
    edges: {
      'llm-family': { source: [0], target: [0], weight: [1] },
      'task-domain': { source: [0], target: [0], weight: [1] },
      'llm-kind': { source: [2], target: [0], weight: [0.7], count: [9] },
      'llm-query': { source: cells.map(({ l }) => l), target: cells.map(({ q }) => q), weight: cells.map(() => 0.5) },
    },
  };
}
