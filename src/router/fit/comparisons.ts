import type { Dataset } from '../../profile/structured/dataset.js';

/**
 * Visits what a query says of LLMs against each other: its preferences (weight 1), and every pair of LLMs whose measured
 * scores differ (weight: the difference).
 */
export function eachComparison(data: Dataset, query: number, visit: (better: number, worse: number, weight: number) => void): void {
  const { start, llm, score, measured } = data.evidence;
  const end = start[query + 1]!;
  for (let a = start[query]!; a < end; a++) {
    if (!measured[a]) continue;
    for (let b = a + 1; b < end; b++) {
      const difference = score[a]! - score[b]!;
      if (!measured[b] || difference === 0) continue;
      if (difference > 0) visit(llm[a]!, llm[b]!, difference);
      else visit(llm[b]!, llm[a]!, -difference);
    }
  }
  const { better, worse } = data.preferences;
  for (let p = data.preferenceStart[query]!; p < data.preferenceStart[query + 1]!; p++) visit(better[p]!, worse[p]!, 1);
}
