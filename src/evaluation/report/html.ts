import type { EvaluationReport, ReportTable } from '../../schema/evaluation.js';
import { LEARNED } from '../../measure/predictions.js';
import { cellTexts, summaryOf, timesOf } from './cells.js';
import { escapeHtml } from './escape.js';
import { STYLE } from './style.js';
import { toSvg } from './svg.js';

function htmlTable(table: ReportTable): string {
  const cells = (row: readonly string[]): string =>
    row
      .map((cell, c) => (c === 0 ? `<th scope="row">${escapeHtml(cell)}</th>` : `<td>${escapeHtml(cell)}</td>`))
      .join('');
  const rows = cellTexts(table).map(
    (row) => `<tr${row[0] === LEARNED.title ? ' class="learned"' : ''}>${cells(row)}</tr>`,
  );
  const header = table.header.map((h) => `<th scope="col">${escapeHtml(h)}</th>`).join('');
  return (
    `<div class="scroll"><table><caption>${escapeHtml(table.caption)}</caption>` +
    `<thead><tr>${header}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`
  );
}

function htmlSection({ id, title, notes, plots, tables }: EvaluationReport['sections'][number]): string {
  const parts = [
    `<h2>${escapeHtml(title)}</h2>`,
    ...notes.map((note) => `<p>${escapeHtml(note)}</p>`),
    ...plots.map(toSvg),
    ...tables.map(htmlTable),
  ];
  return `<section id="${escapeHtml(id)}">${parts.join('')}</section>`;
}

/** One page with everything in it: it needs no script and no network. */
export function toHtml(report: EvaluationReport): string {
  const contents = report.sections.map((s) => `<a href="#${escapeHtml(s.id)}">${escapeHtml(s.title)}</a>`).join('');
  const sections = report.sections.map(htmlSection);
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<title>${escapeHtml(report.title)}</title>
<style>${STYLE}</style>
</head>
<body>
<header><h1>${escapeHtml(report.title)}</h1><p>${escapeHtml(summaryOf(report))}</p><nav>${contents}</nav></header>
<main>
${sections.join('\n')}
</main>
<footer><p>${escapeHtml(timesOf(report))}</p><p>Again: <code>${escapeHtml(report.command)}</code></p></footer>
</body>
</html>
`;
}
