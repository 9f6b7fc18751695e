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

interface Label {
  x: number | string;
  y: number | string;
  anchor: 'middle' | 'end';
  /** More attributes, each with a space before it. */
  more?: string;
}

const text = (content: string, { x, y, anchor, more = '' }: Label): string =>
  `<text x="${x}" y="${y}" text-anchor="${anchor}"${more}>${escapeHtml(content)}</text>`;

/** A vertical line at a tick of the axis across, and its label under `bottom`. */
const tickAcross = (at: string, tick: number, bottom: number): string =>
  `<line class="grid" x1="${at}" x2="${at}" y1="${TOP}" y2="${bottom}"/>` +
  text(String(tick), { x: at, y: bottom + 18, anchor: 'middle' });

/** A horizontal line at a tick of the axis up, and its label. */
const tickUp = (at: string, tick: number): string =>
  `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${at}" y2="${at}"/>` +
  text(String(tick), { x: LEFT - 8, y: Number(at) + 4, anchor: 'end' });

interface Dot {
  x: string;
  y: number | string;
  radius: number;
  colour: string;
  title: string;
}

const circle = ({ x, y, radius, colour, title }: Dot): string =>
  `<circle cx="${x}" cy="${y}" r="${radius}" fill="${colour}"><title>${escapeHtml(title)}</title></circle>`;

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
    ...across.ticks.map((t) => tickAcross(across.at(t), t, HEIGHT - BOTTOM)),
    ...up.ticks.map((t) => tickUp(up.at(t), t)),
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
    const dots = marked.map(([a, b]) =>
      circle({
        x: across.at(a),
        y: up.at(b),
        radius: s.emphasis ? 4 : 3,
        colour: colourOf(s, i),
        title: `${s.name}: ${a.toPrecision(4)}, ${b.toPrecision(4)}`,
      }),
    );
    const dashes = s.mark === 'dashes' ? ' stroke-dasharray="5 5"' : '';
    const [stroke, width] = [colourOf(s, i), s.emphasis ? 3 : 1.5];
    const line = `<path d="${path}" fill="none" stroke="${stroke}" stroke-width="${width}"${dashes}/>`;
    return line + dots.join('');
  });
  // What is emphasised is drawn over the others.
  const order = series.map((s, i) => i + (s.emphasis ? series.length : 0)).toSorted((a, b) => a - b);
  const upright = ` transform="translate(14 ${(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)"`;
  const axes =
    text(x, { x: (WIDTH + LEFT) / 2, y: HEIGHT - 10, anchor: 'middle' }) +
    text(y, { x: 0, y: 0, anchor: 'middle', more: upright });
  const names = series.map((s, i) => `<span><i style="background:${colourOf(s, i)}"></i>${escapeHtml(s.name)}</span>`);
  const legend = `<div class="legend">${names.join('')}</div>`;
  return figure(title, HEIGHT, grid.join('') + order.map((i) => drawn[i % series.length]!).join('') + axes, legend);
}

function intervals({ title, x, items }: IntervalPlot): string {
  const bottom = TOP + items.length * ROW;
  const across = axisOf(
    items.flatMap((i) => [i.low, i.high]),
    NAMES + 10,
    WIDTH - RIGHT,
  );
  const grid = across.ticks.map((t) => tickAcross(across.at(t), t, bottom));
  const drawn = items.map(({ name, value, low, high, emphasis }, i) => {
    const middle = TOP + (i + 0.5) * ROW;
    const colour = emphasis ? EMPHASIS : COLOURS[0]!;
    const more = emphasis ? ` font-weight="700" fill="${EMPHASIS}"` : '';
    const label = text(name, { x: NAMES, y: middle + 4, anchor: 'end', more });
    const bar =
      `<line x1="${across.at(low)}" x2="${across.at(high)}" y1="${middle}" y2="${middle}" stroke="${colour}" ` +
      `stroke-width="${emphasis ? 4 : 2}" stroke-linecap="round" opacity=".55"/>`;
    const dot = circle({
      x: across.at(value),
      y: middle,
      radius: emphasis ? 6 : 4,
      colour,
      title: `${name}: ${value.toFixed(4)} (${low.toFixed(4)} to ${high.toFixed(4)})`,
    });
    return label + bar + dot;
  });
  const axis = text(x, { x: (NAMES + WIDTH) / 2, y: bottom + 40, anchor: 'middle' });
  return figure(title, bottom + BOTTOM, grid.join('') + drawn.join('') + axis);
}

/** A plot as an inline SVG element with its legend; empty where there is nothing to draw. */
export function toSvg(plot: ReportPlot): string {
  if (plot.kind === 'intervals') return plot.items.length === 0 ? '' : intervals(plot);
  return plot.series.every((s) => s.points.length === 0) ? '' : curves(plot);
}
