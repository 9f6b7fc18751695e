import type { CurvePlot, IntervalPlot, ReportPlot } from '../../schema/evaluation.js';
import { axisOf } from './axis.js';
import { escapeHtml } from './escape.js';

const [WIDTH, HEIGHT] = [640, 360];
const [LEFT, RIGHT, TOP, BOTTOM] = [58, 14, 12, 50];
const COLOURS = [
  '#4c6a92',
  '#b7791f',
  '#3f7f5f',
  '#8a5a9e',
  '#4aa3a2',
  '#9a4f4f',
  '#7a8b2d',
  '#7a6f5d',
  '#b0608a',
  '#5f5f5f',
];
const EMPHASIS = '#c2183c';
/** Of a plot of intervals: room for names, and height of a row. */
const [NAMES, ROW] = [270, 26];

const figure = (title: string, height: number, content: string, legend = ''): string =>
  `<figure><figcaption>${escapeHtml(title)}</figcaption><div class="scroll"><svg viewBox="0 0 ${WIDTH} ` +
  `${height}" role="img" aria-label="${escapeHtml(title)}">${content}</svg></div>${legend}</figure>`;

const text = (x: number | string, y: number | string, anchor: string, content: string, more = ''): string =>
  `<text x="${x}" y="${y}" text-anchor="${anchor}"${more}>${escapeHtml(content)}</text>`;

function curves({ title, x, y, series }: CurvePlot): string {
  const points = series.flatMap((s) => s.points);
  const across = axisOf(
    points.map((p) => p[0]),
    LEFT,
    WIDTH - RIGHT,
  );
  const up = axisOf(
    points.map((p) => p[1]),
    HEIGHT - BOTTOM,
    TOP,
  );
  const grid = [
    ...across.ticks.map(
      (t) =>
        `<line class="grid" x1="${across.at(t)}" x2="${across.at(t)}" y1="${TOP}" ` +
        `y2="${HEIGHT - BOTTOM}"/>${text(across.at(t), HEIGHT - BOTTOM + 18, 'middle', String(t))}`,
    ),
    ...up.ticks.map(
      (t) =>
        `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${up.at(t)}" ` +
        `y2="${up.at(t)}"/>${text(LEFT - 8, Number(up.at(t)) + 4, 'end', String(t))}`,
    ),
  ];
  const colourOf = (s: CurvePlot['series'][number], i: number): string =>
    s.emphasis ? EMPHASIS : COLOURS[i % COLOURS.length]!;
  const drawn = series.map((s, i) => {
    const path = s.points
      .map(([a, b], k) =>
        k === 0
          ? `M${across.at(a)} ${up.at(b)}`
          : s.mark === 'step'
            ? `H${across.at(a)}V${up.at(b)}`
            : `L${across.at(a)} ${up.at(b)}`,
      )
      .join('');
    // Steps are many: their ends suffice.
    const marked =
      s.mark === 'step'
        ? s.points.filter((_, k) => k === 0 || k === s.points.length - 1)
        : s.mark === 'line'
          ? s.points
          : [];
    const dots = marked.map(
      ([a, b]) =>
        `<circle cx="${across.at(a)}" cy="${up.at(b)}" r="${s.emphasis ? 4 : 3}" ` +
        `fill="${colourOf(s, i)}"><title>${escapeHtml(`${s.name}: ${a.toPrecision(4)}, ${b.toPrecision(4)}`)}</title></circle>`,
    );
    return (
      `<path d="${path}" fill="none" stroke="${colourOf(s, i)}" ` +
      `stroke-width="${s.emphasis ? 3 : 1.5}"${s.mark === 'dashes' ? ' stroke-dasharray="5 5"' : ''}/>${dots.join('')}`
    );
  });
  // What is emphasised is drawn over the others.
  const order = series.map((s, i) => i + (s.emphasis ? series.length : 0)).toSorted((a, b) => a - b);
  const axes =
    text((WIDTH + LEFT) / 2, HEIGHT - 10, 'middle', x) +
    text(0, 0, 'middle', y, ` transform="translate(14 ${(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)"`);
  const legend =
    '<div ' +
    `class="legend">${series.map((s, i) => `<span><i style="background:${colourOf(s, i)}"></i>${escapeHtml(s.name)}</span>`).join('')}</div>`;
  return figure(title, HEIGHT, grid.join('') + order.map((i) => drawn[i % series.length]!).join('') + axes, legend);
}

function intervals({ title, x, items }: IntervalPlot): string {
  const bottom = TOP + items.length * ROW;
  const across = axisOf(
    items.flatMap((i) => [i.low, i.high]),
    NAMES + 10,
    WIDTH - RIGHT,
  );
  const grid = across.ticks.map(
    (t) =>
      `<line class="grid" x1="${across.at(t)}" x2="${across.at(t)}" y1="${TOP}" ` +
      `y2="${bottom}"/>${text(across.at(t), bottom + 18, 'middle', String(t))}`,
  );
  const drawn = items.map(({ name, value, low, high, emphasis }, i) => {
    const middle = TOP + (i + 0.5) * ROW;
    const colour = emphasis ? EMPHASIS : COLOURS[0]!;
    const label = text(NAMES, middle + 4, 'end', name, emphasis ? ` font-weight="700" fill="${EMPHASIS}"` : '');
    const bar =
      `<line x1="${across.at(low)}" x2="${across.at(high)}" y1="${middle}" y2="${middle}" stroke="${colour}" ` +
      `stroke-width="${emphasis ? 4 : 2}" stroke-linecap="round" opacity=".55"/>`;
    return (
      `${label}${bar}<circle cx="${across.at(value)}" cy="${middle}" r="${emphasis ? 6 : 4}" ` +
      `fill="${colour}"><title>${escapeHtml(`${name}: ${value.toFixed(4)} (${low.toFixed(4)} to ${high.toFixed(4)})`)}</title></circle>`
    );
  });
  return figure(
    title,
    bottom + BOTTOM,
    grid.join('') + drawn.join('') + text((NAMES + WIDTH) / 2, bottom + 40, 'middle', x),
  );
}

/** A plot as an inline SVG element with its legend; empty where there is nothing to draw. */
export function toSvg(plot: ReportPlot): string {
  if (plot.kind === 'intervals') return plot.items.length === 0 ? '' : intervals(plot);
  return plot.series.every((s) => s.points.length === 0) ? '' : curves(plot);
}
