import type { Rng } from '../../src/base/rng.js';

/** LLMs of the small log, and the task that each is good at. */
export const LLMS: Readonly<Record<string, string>> = {
  'a/small': 'arithmetic',
  'b/middle': 'poetry',
  'c/large': 'code',
};
export const TASKS = ['arithmetic', 'poetry', 'code'] as const;
const WORDS = [
  'sum',
  'rhyme',
  'loop',
  'digits',
  'verse',
  'array',
  'total',
  'moon',
  'function',
  'number',
  'rose',
  'bug',
];

/** Score rows of a small log as JSON Lines, each query's text its own: begins with `label`. */
export function smallLog(queries: number, label: string, rng: Rng): string {
  return Array.from({ length: queries }, (_, i) => {
    const task = TASKS[i % TASKS.length]!;
    const words = Array.from({ length: 6 }, () => WORDS[rng.int(WORDS.length)]).join(' ');
    const scores = Object.fromEntries(
      Object.entries(LLMS).map(([llm, good]) => [llm, Number(rng.next() < (good === task ? 0.9 : 0.3))]),
    );
    return `${JSON.stringify({ query: `${label} ${i} ${task} ${words}`, task, scores })}\n`;
  }).join('');
}
