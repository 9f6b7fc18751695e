import type { EvaluationReport, ReportTable } from '../../schema/evaluation.js';
import { cellTexts, summaryOf } from './cells.js';
import { escapeHtml } from './escape.js';
import { toSvg } from './svg.js';

const STYLE = `
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 60rem; padding: 1.5rem 1rem 4rem; color: #1d2730; background: #fff; }
h1 { font-size: 1.7rem; margin: 0 0 .25rem; } h2 { font-size: 1.25rem; margin: 2.5rem 0 .5rem; border-bottom: 1px solid #d8dee3; padding-bottom: .25rem; }
p { max-width: 44rem; } .meta { color: #56646f; } code { background: #f2f5f7; padding: .1rem .3rem; border-radius: 3px; overflow-wrap: anywhere; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; font-size: .875rem; font-variant-numeric: tabular-nums; margin: .5rem 0 1.25rem; }
caption, figcaption { text-align: left; font-weight: 600; padding: .25rem 0; } th, td { padding: .25rem .6rem; text-align: right; border-bottom: 1px solid #e8ecef; white-space: nowrap; }
th:first-child, td:first-child { text-align: left; } thead th { color: #56646f; font-weight: 600; white-space: normal; vertical-align: bottom; } tr.learned td { font-weight: 700; background: #fdf1f3; }
figure { margin: 1rem 0; } svg { width: 100%; height: auto; font: 12px system-ui, sans-serif; fill: #3c4a55; } .grid { stroke: #e8ecef; } .legend { display: flex; flex-wrap: wrap; gap: .25rem 1rem; font-size: .8rem; }
.legend i { display: inline-block; width: .8rem; height: .8rem; border-radius: 2px; margin-right: .35rem; vertical-align: -.1rem; }
`;

function htmlTable(table: ReportTable): string {
  const rows = cellTexts(table).map((row) => `<tr${row[0] === 'learned profile' ? ' class="learned"' : ''}>${row.map((cell) => `<td>${escapeHtml(cell)}</td>`).join('')}</tr>`);
  return `<div class="scroll"><table><caption>${escapeHtml(table.caption)}</caption><thead><tr>${table.header.map((h) => `<th>${escapeHtml(h)}</th>`).join('')}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
}

/** One page with everything in it: it needs no script and no network. */
export function toHtml(report: EvaluationReport): string {
  const sections = report.sections.map((s) => `<section id="${escapeHtml(s.id)}"><h2>${escapeHtml(s.title)}</h2>${s.notes.map((n) => `<p>${escapeHtml(n)}</p>`).join('')}${s.plots.map(toSvg).join('')}${s.tables.map(htmlTable).join('')}</section>`);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escapeHtml(report.title)}</title><style>${STYLE}</style></head>
<body><h1>${escapeHtml(report.title)}</h1><p class="meta">${escapeHtml(summaryOf(report))}. ${escapeHtml(report.created_at)}.</p><p>Again: <code>${escapeHtml(report.command)}</code></p>
${sections.join('\n')}
</body></html>
`;
}
