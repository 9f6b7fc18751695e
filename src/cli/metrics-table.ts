import { table } from './output.js';

const CONTENDERS: readonly [key: string, name: string][] = [
  ['best_single_llm', 'best single LLM'],
  ['per_task_best', 'per-task best (told the task)'],
  ['k_nearest_queries', 'k nearest queries'],
  ['learned_profile', 'learned profile'],
  ['oracle_per_query', 'oracle per query'],
];

/** An artifact's held-out metrics as a table: the learned profile beside the baselines. */
export function metricsTable(metrics: Record<string, number>): string {
  const cell = (value: number | undefined): string => (value === undefined ? '–' : value.toFixed(4));
  const rows = CONTENDERS.map(([key, name]) => [name, cell(metrics[`score_${key}`]), cell(metrics[`ranking_accuracy_${key}`])]);
  const heading = `held out: ${metrics['held_out_queries'] ?? 0} queries; calibration error of the learned scores ${cell(metrics['calibration_error'])}`;
  return `${heading}\n${table(['router', 'mean score', 'comparisons ranked right'], rows)}`;
}
