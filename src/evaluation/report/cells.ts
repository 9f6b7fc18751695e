import type { EvaluationReport, ReportTable } from '../../schema/evaluation.js';

/** Digits after the point where a table does not say. */
const DIGITS = 4;

/** A table's cells as texts; – for what could not be measured. */
export function cellTexts({ rows, digits }: ReportTable): string[][] {
  return rows.map((row) =>
    row.map((cell, c) => (cell === null ? '–' : typeof cell === 'string' ? cell : cell.toFixed(digits?.[c] ?? DIGITS))),
  );
}

/** What was evaluated, in a sentence. */
export function summaryOf(report: EvaluationReport): string {
  const { log } = report;
  const early = report.interrupted ? ' Interrupted: what follows was measured until then.' : '';
  return (
    `${log.queries} queries, ${log.llms} LLMs, ${log.tasks} tasks, ${log.scores} scores, ${log.preferences} ` +
    `preferences; ${report.folds} folds by query text; design ${report.design}, seed ${report.seed}, encoder ` +
    `${report.encoder}, ${report.backend}.${early}`
  );
}

/** When a report was made, and what each section took. */
export function timesOf(report: EvaluationReport): string {
  const took = report.sections.filter((s) => s.seconds >= 1).map((s) => `${s.title} ${s.seconds.toFixed(0)} s`);
  return (
    `${report.created_at.slice(0, 16).replace('T', ' ')} ` +
    `UTC.${took.length > 0 ? ` Measuring took: ${took.join(', ')}.` : ''}`
  );
}
