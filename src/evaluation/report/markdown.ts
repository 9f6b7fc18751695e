import type { EvaluationReport, ReportTable } from '../../schema/evaluation.js';
import { cellTexts, summaryOf } from './cells.js';

const escaped = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('|', '\\|').replaceAll(/\s+/g, ' ');

function markdownTable(table: ReportTable): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(escaped).join(' | ')} |`;
  const rule = table.header.map((_, c) => (c === 0 ? '---' : '--:'));
  return [`**${escaped(table.caption)}**`, '', line(table.header), `|${rule.join('|')}|`, ...cellTexts(table).map(line)].join('\n');
}

export function toMarkdown(report: EvaluationReport): string {
  const sections = report.sections.map((section) => [`## ${section.title}`, ...section.notes, ...section.tables.map(markdownTable)].join('\n\n'));
  return `${[`# ${report.title}`, `${summaryOf(report)}. ${report.created_at}.`, `Again: \`${report.command}\``, ...sections].join('\n\n')}\n`;
}
