import type { EvaluationReport, ReportTable } from '../../schema/evaluation.js';
import { cellTexts, summaryOf, timesOf } from './cells.js';

/** Text that is not taken for Markdown or HTML, on one line. */
const escaped = (text: string): string => text.replaceAll(/[\\`*_<>[\]|&]/g, (c) => `\\${c}`).replaceAll(/\s+/g, ' ');

function markdownTable(table: ReportTable): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(escaped).join(' | ')} |`;
  const rule = table.header.map((_, c) => (c === 0 ? '---' : '--:'));
  return [
    `**${escaped(table.caption)}**`,
    '',
    line(table.header),
    `|${rule.join('|')}|`,
    ...cellTexts(table).map(line),
  ].join('\n');
}

export function toMarkdown(report: EvaluationReport): string {
  const sections = report.sections.map((section) =>
    [`## ${escaped(section.title)}`, ...section.notes.map(escaped), ...section.tables.map(markdownTable)].join('\n\n'),
  );
  // Four spaces make code of it, whatever is in it.
  const again = `Again:\n\n    ${report.command.replaceAll(/\s+/g, ' ')}`;
  const head = [`# ${escaped(report.title)}`, escaped(summaryOf(report)), escaped(timesOf(report)), again];
  return `${[...head, ...sections].join('\n\n')}\n`;
}
