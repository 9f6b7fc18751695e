import type { EvaluationReport, ReportTable } from '../../schema/evaluation.js';
import { cellTexts, summaryOf, timesOf } from './cells.js';

/** A report for a terminal. `tableOf` lays out a table of texts. */
export function toText(
  report: EvaluationReport,
  tableOf: (header: readonly string[], rows: readonly string[][]) => string,
): string {
  const ofTable = (t: ReportTable): string => `${t.caption}\n\n${tableOf(t.header, cellTexts(t))}`;
  const sections = report.sections.map((s) =>
    [`${s.title}\n${'='.repeat(s.title.length)}`, ...s.notes, ...s.tables.map(ofTable)].join('\n\n'),
  );
  return [summaryOf(report), ...sections, timesOf(report), `Again: ${report.command}`].join('\n\n');
}
