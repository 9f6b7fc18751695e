import { listQueries, type GraphRows } from '../../src/graph/rows.js';
import { createRng } from '../../src/base/rng.js';
import { sha256 } from '../../src/base/hash.js';
import type { LlmProfile } from '../../src/schema/profile.js';

const WORDS = {
  arithmetic: ['sum', 'minus', 'multiply', 'digits', 'equals', 'total', 'divide', 'number'],
  poetry: ['rhyme', 'verse', 'moon', 'sonnet', 'stanza', 'heart', 'metaphor', 'rose'],
};

export interface LogOptions {
  queries: number;
  seed?: number;
  /** Comparisons instead of scores. */
  preferences?: boolean;
  /** Without task labels. */
  untasked?: boolean;
}

/** A small log in which `calculator` does arithmetic well, `poet` poetry, and `middling` both so-so. */
export function smallLog({ queries, seed = 7, preferences = false, untasked = false }: LogOptions): GraphRows {
  const rng = createRng(seed);
  const llms = [
    {
      id: 'calculator',
      description: 'solves arithmetic',
      family: 'machines',
      size_b: 7,
      input_price: 0.1,
      output_price: 0.1,
    },
    { id: 'middling', description: 'does a bit of all', size_b: 13, benchmarks: { arithmetic: 0.5, poetry: 0.5 } },
    { id: 'poet', description: 'writes verse', family: 'bards', size_b: 70, input_price: 1, output_price: 2 },
  ] as unknown as LlmProfile[];
  const tasks = ['arithmetic', 'poetry'] as const;
  const made = Array.from({ length: queries }, (_, i) => {
    const task = i % 2;
    const words = WORDS[tasks[task]!];
    const text = `${Array.from({ length: 8 }, () => words[rng.int(words.length)]).join(' ')} ${i}`;
    return { hash: sha256(text), text, task: untasked ? -1 : task, kind: task };
  }).toSorted((a, b) => (a.hash < b.hash ? -1 : 1));
  const skill = [
    [0.9, 0.1],
    [0.5, 0.5],
    [0.1, 0.9],
  ];
  const edges = made.flatMap((q, i) =>
    llms.map((_, l) => ({ query: i, llm: l, score: rng.next() < skill[l]![q.kind]! ? 1 : 0 })),
  );
  const pairs = preferences
    ? made.map((q, i) => ({ query: i, better: q.kind === 0 ? 0 : 2, worse: q.kind === 0 ? 2 : 0 }))
    : [];
  const scored = preferences ? [] : edges;
  return {
    llms,
    families: [
      { id: 'bards', description: 'poetic' },
      { id: 'machines', description: 'exact' },
    ],
    tasks: untasked ? [] : tasks.map((id) => ({ id, description: `the task of ${id}` })),
    domains: untasked ? [] : [{ id: 'art', description: 'beauty' }],
    taskDomains: untasked ? [] : [[1, 0]],
    queries: listQueries(made.map(({ hash, text, task }) => ({ hash, text, task }))),
    scores: {
      query: Int32Array.from(scored, (e) => e.query),
      llm: Int32Array.from(scored, (e) => e.llm),
      score: Float32Array.from(scored, (e) => e.score),
      count: new Float32Array(scored.length).fill(1),
    },
    preferences: {
      query: Int32Array.from(pairs, (p) => p.query),
      better: Int32Array.from(pairs, (p) => p.better),
      worse: Int32Array.from(pairs, (p) => p.worse),
    },
  };
}
