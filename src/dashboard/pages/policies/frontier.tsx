import { useEffect, useRef, useState } from 'preact/hooks';
import type { Schemas } from '../../../client/index.js';
import { score, usd } from '../../kit/format.js';

type Preview = Schemas['Preview'];

interface Point {
  cost: number;
  quality: number;
  isOn: boolean;
  label: string;
}

const HEIGHT = 260;
const EDGE = { left: 52, right: 36, top: 14, bottom: 44 };

/** Some round values between two. */
function ticksOf(low: number, high: number, most: number): number[] {
  const rough = (high - low) / most || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((times) => times * power).find((one) => one >= rough) ?? rough;
  const first = Math.ceil(low / step);
  return Array.from({ length: Math.max(0, Math.floor(high / step) - first + 1) }, (_, i) => (first + i) * step);
}

function spanOf(values: readonly number[]): [number, number] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const margin = (high - low || Math.abs(high) || 1) * 0.08;
  return [low - margin, high + margin];
}

function useWidth(): [width: number, place: { current: HTMLDivElement | null }] {
  const place = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(560);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => setWidth(Math.max(240, entry!.contentRect.width)));
    observer.observe(place.current!);
    return () => observer.disconnect();
  }, []);
  return [width, place];
}

const weightWords = ({ cost_weight: weight }: Schemas['PolicyBody']): string =>
  weight === undefined ? 'quality alone' : `${weight} quality a US cent`;

function pointsOf({ frontier }: Preview): Point[] {
  return frontier.flatMap(({ cost_usd: cost, quality, on_frontier: isOn, rules }) =>
    cost === null
      ? []
      : [{ cost, quality, isOn, label: `${weightWords(rules)}: ${score(quality)} for ${usd(cost)} a query` }],
  );
}

/** What weights of cost come to, and where a policy stands among them, by what is expected. */
export function Frontier({ preview, name }: { preview: Preview; name: string }) {
  const [width, place] = useWidth();
  const points = pointsOf(preview);
  const { quality, cost_usd: cost, below } = preview.stands;
  const where =
    below > 0
      ? `For its cost, the best weights would score ${below.toFixed(1)} points (hundredths) more.`
      : 'For its cost, no weights would score more.';
  const words = `${name} is expected to score ${score(quality)} for ${usd(cost)} a query. ${where}`;
  return (
    <div class="stack frontier">
      <div ref={place}>
        {points.length > 0 && cost !== null && (
          <Plot points={points} own={{ cost, quality }} width={width} name={name} label={words} />
        )}
      </div>
      <p class="muted">Each point is a weight of cost; grey ones are beaten by another that costs no more.</p>
      <p>{cost === null ? `${name} is expected to score ${score(quality)}; no price is known.` : words}</p>
    </div>
  );
}

interface PlotProps {
  points: readonly Point[];
  own: { cost: number; quality: number };
  width: number;
  name: string;
  label: string;
}

function Plot({ points, own, width, name, label }: PlotProps) {
  const all = [...points, own];
  const [x0, x1] = spanOf(all.map(({ cost }) => cost));
  const [y0, y1] = spanOf(all.map(({ quality }) => quality));
  const x = (cost: number): number => EDGE.left + ((cost - x0) / (x1 - x0)) * (width - EDGE.left - EDGE.right);
  const y = (quality: number): number =>
    HEIGHT - EDGE.bottom - ((quality - y0) / (y1 - y0)) * (HEIGHT - EDGE.top - EDGE.bottom);
  const on = points.filter(({ isOn }) => isOn).toSorted((a, b) => a.cost - b.cost);
  const isRight = x(own.cost) > width * 0.6;
  return (
    <svg width={width} height={HEIGHT} role="img" aria-label={label}>
      {ticksOf(y0, y1, 4).map((tick) => (
        <g key={`y${tick}`} class="tick">
          <line x1={EDGE.left} x2={width - EDGE.right} y1={y(tick)} y2={y(tick)} />
          <text x={EDGE.left - 8} y={y(tick) + 4} text-anchor="end">
            {score(tick)}
          </text>
        </g>
      ))}
      {ticksOf(x0, x1, width < 400 ? 2 : 4).map((tick) => (
        <g key={`x${tick}`} class="tick">
          <line x1={x(tick)} x2={x(tick)} y1={EDGE.top} y2={HEIGHT - EDGE.bottom} />
          <text x={x(tick)} y={HEIGHT - EDGE.bottom + 16} text-anchor="middle">
            {usd(Math.abs(tick) < 1e-12 ? 0 : tick)}
          </text>
        </g>
      ))}
      <text class="axis" x={(EDGE.left + width - EDGE.right) / 2} y={HEIGHT - 6} text-anchor="middle">
        expected cost of a query; expected quality upwards
      </text>
      <polyline points={on.map((point) => `${x(point.cost)},${y(point.quality)}`).join(' ')} />
      {points.map((point) => (
        <circle key={point.label} class={point.isOn ? 'on' : ''} cx={x(point.cost)} cy={y(point.quality)} r={4}>
          <title>{point.label}</title>
        </circle>
      ))}
      <g class="own">
        <path d={`M${x(own.cost)} ${y(own.quality) - 8}l8 8-8 8-8-8z`} />
        <text x={x(own.cost) + (isRight ? -13 : 13)} y={y(own.quality) + 4} text-anchor={isRight ? 'end' : 'start'}>
          {name}
        </text>
      </g>
    </svg>
  );
}
