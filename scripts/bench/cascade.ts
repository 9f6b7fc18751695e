/**
 * Time of planning a cascade, and of the next step after an answer that was not good enough, beside ranking the same
 * candidates (baseline). Candidates are random: the dearer, the better on the whole.
 *
 *     node dist/scripts/bench/cascade.js [--queries 1000] [--seed 1]
 */
import { parseArgs } from 'node:util';
import { createRng } from '../../src/base/rng.js';
import { table } from '../../src/cli/output.js';
import { nextStep, planCascade } from '../../src/cascade/plan.js';
import { constraintsOf } from '../../src/policy/constraints.js';
import { rank } from '../../src/policy/rank.js';
import { LlmProfile } from '../../src/schema/profile.js';
import type { RankedLlm } from '../../src/schema/route.js';
import { CascadeRequest } from '../../src/schema/cascade.js';
import type { ScoredLlm } from '../../src/scoring/types.js';

const { values } = parseArgs({
  options: { queries: { type: 'string', default: '1000' }, seed: { type: 'string', default: '1' } },
});
const [queries, seed] = [Number(values.queries), Number(values.seed)];

function scored(llms: number, label: string): ScoredLlm[] {
  const rng = createRng(seed).fork(label);
  return Array.from({ length: llms }, (_, l) => {
    const price = rng.next();
    return {
      model: `llm-${l}`,
      quality: Math.min(0.99, Math.max(0.01, 0.3 + 0.4 * price + 0.15 * rng.normal())),
      uncertainty: 0.1,
      costUsd: 1e-5 * 100 ** price,
      latencyMs: 1000,
      latencyP90Ms: 2000,
    };
  });
}

const constraints = constraintsOf({});
const profiles = Array.from({ length: 500 }, (_, l) => LlmProfile.parse({ id: `llm-${l}` }));
const ranked = (candidates: ScoredLlm[]): RankedLlm[] =>
  rank({ scored: candidates, profiles, rules: {}, constraints, promptTokens: 1 }).ranking;

const lines: (string | number)[][] = [];
for (const llms of [9, 24, 100, 500])
  for (const reliability of [1, 0.8]) {
    const asked = Array.from({ length: queries }, (_, i) => scored(llms, `${llms} ${i}`));
    const rankings = asked.map((candidates) => ranked(candidates));
    const request = CascadeRequest.parse({ reliability });
    const measured = (run: (i: number) => unknown): string[] => {
      for (let i = 0; i < queries; i++) run(i);
      const times = rankings.map((_, i) => {
        const start = performance.now();
        run(i);
        return performance.now() - start;
      });
      times.sort((a, b) => a - b);
      return [0.5, 0.99].map((q) => times[Math.floor(q * (times.length - 1))]!.toFixed(3));
    };
    lines.push([
      llms,
      reliability,
      ...measured((i) => ranked(asked[i]!)),
      ...measured((i) => planCascade(rankings[i]!, request)),
      ...measured((i) => nextStep(rankings[i]!, request, [{ ok: false }])),
    ]);
  }
console.log(`${queries} random rankings each; seed ${seed}; milliseconds, median and 99th percentile`);
console.log(table(['LLMs', 'reliability', 'rank', 'p99', 'plan', 'p99', 'next after a failure', 'p99'], lines));
