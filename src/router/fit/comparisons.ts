import type { Dataset } from '../../dataset/dataset.js';

/**
 * Visits what a query says of LLMs against each other: its preferences (weight: how far they count), and every pair of
 * LLMs whose measured scores differ (weight: the difference, as far as the one that counts less does).
 */
export function eachComparison(
  data: Dataset,
  query: number,
  visit: (better: number, worse: number, weight: number) => void,
): void {
  const { start, llm, score, measured, weight } = data.evidence;
  const end = start[query + 1]!;
  for (let a = start[query]!; a < end; a++) {
    if (!measured[a]) continue;
    for (let b = a + 1; b < end; b++) {
      const difference = score[a]! - score[b]!;
      if (!measured[b] || difference === 0) continue;
      const counts = Math.min(weight[a]!, weight[b]!);
      if (difference > 0) visit(llm[a]!, llm[b]!, counts * difference);
      else visit(llm[b]!, llm[a]!, counts * -difference);
    }
  }
  const { better, worse, weight: told } = data.preferences;
  for (let p = data.preferenceStart[query]!; p < data.preferenceStart[query + 1]!; p++)
    visit(better[p]!, worse[p]!, told?.[p] ?? 1);
}
