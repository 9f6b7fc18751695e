import type { ReportPlot } from '../../schema/evaluation.js';
import { escapeHtml } from './escape.js';

const [WIDTH, HEIGHT] = [720, 380];
const [LEFT, RIGHT, TOP, BOTTOM] = [64, 16, 16, 52];
const COLOURS = ['#5b7083', '#b06a2c', '#3f7f5f', '#8a5a9e', '#a3823a', '#4f7fb0', '#9a4f4f', '#6b8e23', '#7a6f5d', '#40808a', '#b0608a', '#666666'];
const EMPHASIS = '#c2183c';

/** Round numbers from `low` to `high`, about five. */
function ticks(low: number, high: number): number[] {
  const raw = (high - low) / 5;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= raw)!;
  const first = Math.ceil(low / step) * step;
  return Array.from({ length: Math.floor((high - first) / step + 1e-9) + 1 }, (_, i) => Number((first + i * step).toPrecision(12)));
}

/** A plot as an SVG element with its legend; empty where there is nothing to draw. */
export function toSvg({ title, x, y, series }: ReportPlot): string {
  const points = series.flatMap((s) => s.points);
  if (points.length === 0) return '';
  const range = (axis: 0 | 1): [number, number] => {
    const values = points.map((p) => p[axis]);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const room = (high - low || Math.abs(high) || 1) * 0.04;
    return [low - room, high + room];
  };
  const [[x0, x1], [y0, y1]] = [range(0), range(1)];
  const px = (value: number): string => (LEFT + ((value - x0) / (x1 - x0)) * (WIDTH - LEFT - RIGHT)).toFixed(1);
  const py = (value: number): string => (HEIGHT - BOTTOM - ((value - y0) / (y1 - y0)) * (HEIGHT - TOP - BOTTOM)).toFixed(1);
  const grid = [
    ...ticks(x0, x1).map((t) => `<line class="grid" x1="${px(t)}" x2="${px(t)}" y1="${TOP}" y2="${HEIGHT - BOTTOM}"/><text x="${px(t)}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle">${t}</text>`),
    ...ticks(y0, y1).map((t) => `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${py(t)}" y2="${py(t)}"/><text x="${LEFT - 8}" y="${Number(py(t)) + 4}" text-anchor="end">${t}</text>`),
  ];
  const colourOf = (s: ReportPlot['series'][number], i: number): string => (s.emphasis ? EMPHASIS : COLOURS[i % COLOURS.length]!);
  const drawn = series.map((s, i) => {
    const stroke = `stroke="${colourOf(s, i)}" stroke-width="${s.emphasis ? 3 : 1.5}"${s.mark === 'dashes' ? ' stroke-dasharray="5 5"' : ''} fill="none"`;
    const path = s.points.map(([a, b], k) => (k === 0 ? `M${px(a)} ${py(b)}` : s.mark === 'step' ? `H${px(a)}V${py(b)}` : `L${px(a)} ${py(b)}`)).join('');
    const dots = s.points.map(([a, b]) => `<circle cx="${px(a)}" cy="${py(b)}" r="${s.emphasis ? 4 : 2.5}" fill="${colourOf(s, i)}"><title>${escapeHtml(`${s.name}: ${a.toPrecision(4)}, ${b.toPrecision(4)}`)}</title></circle>`).join('');
    return `${s.mark === 'points' ? '' : `<path d="${path}" ${stroke}/>`}${s.mark === 'dashes' ? '' : dots}`;
  });
  const legend = series.map((s, i) => `<span><i style="background:${colourOf(s, i)}"></i>${escapeHtml(s.name)}</span>`).join('');
  return `<figure><figcaption>${escapeHtml(title)}</figcaption><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeHtml(title)}">${grid.join('')}${drawn.join('')}<text x="${(WIDTH + LEFT) / 2}" y="${HEIGHT - 10}" text-anchor="middle">${escapeHtml(x)}</text><text transform="translate(14 ${HEIGHT / 2}) rotate(-90)" text-anchor="middle">${escapeHtml(y)}</text></svg><div class="legend">${legend}</div></figure>`;
}
