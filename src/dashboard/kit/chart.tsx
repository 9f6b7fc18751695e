import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import './chart.css';
import { themeColour } from './colours.js';
import { onAxis, time } from './format.js';
import { isDark } from './theme.js';

export interface Series {
  name: string;
  values: readonly (number | null)[];
  colour: string;
  /** Drawn as an area on top of those before it. */
  isStacked?: boolean;
  isDashed?: boolean;
  /** Drawn as points. */
  isPoints?: boolean;
}

export interface Band {
  low: readonly (number | null)[];
  high: readonly (number | null)[];
  colour: string;
}

export interface ChartProps {
  /** Says what is to be seen, for who can't see it. */
  label: string;
  /** Seconds since the epoch, unless `isTime` is false. */
  x: readonly number[];
  series: readonly Series[];
  /** Intervals, drawn behind. */
  bands?: readonly Band[];
  /** How a value of the y axis is written. */
  format: (value: number) => string;
  height?: number;
  isTime?: boolean;
  /** What x is, where it is no time. */
  xName?: string;
  /** Lines at values of x, such as a change point. */
  marks?: readonly { x: number; label: string }[];
  /** Smallest and largest y, where it is not what the values span. */
  range?: [number | null, number | null];
}

/** Values summed up, so that each series stands on those before. */
function stacked(series: readonly Series[]): (number | null)[][] {
  let below: number[] | undefined;
  return series.map(({ values, isStacked }) => {
    if (isStacked !== true) return [...values];
    const top = values.map((value, i) => (value ?? 0) + (below?.[i] ?? 0));
    below = top;
    return top;
  });
}

/** A colour with an alpha, for areas. */
const faint = (colour: string, alpha: string): string => `${colour}${alpha}`;

function optionsOf(props: ChartProps, width: number): uPlot.Options {
  const { series, bands = [], format, height = 220, isTime = true, marks = [], range } = props;
  const [text, line] = [themeColour('--muted'), themeColour('--line')];
  const axis = {
    stroke: text,
    grid: { stroke: line, width: 1 },
    ticks: { stroke: line, width: 1 },
    font: '12px system-ui',
  };
  return {
    width,
    height,
    cursor: { points: { size: 6 }, y: false },
    legend: { live: true },
    scales: {
      x: { time: isTime },
      ...(range !== undefined && {
        y: { range: (_, low, high) => [range[0] ?? low, range[1] ?? (high === low ? high + 1 : high)] },
      }),
    },
    axes: [
      { ...axis, ...(isTime && { values: (_, ticks, __, ___, apart) => ticks.map((tick) => onAxis(tick, apart)) }) },
      { ...axis, size: 64, values: (_, ticks) => ticks.map((tick) => format(tick)) },
    ],
    series: [
      {
        ...(props.xName !== undefined && { label: props.xName }),
        ...(isTime && {
          value: (_, seconds) => (seconds === null ? '–' : time(new Date(seconds * 1000).toISOString())),
        }),
      },
      ...series.map(({ name, colour, isStacked, isDashed, isPoints, values }): uPlot.Series => ({
        label: name,
        stroke: colour,
        width: isPoints === true ? 0 : 1.75,
        points: { show: isPoints === true || series.length === 0 || values.length < 3, size: 5, fill: colour },
        ...(isStacked === true && { fill: faint(colour, '66') }),
        ...(isDashed === true && { dash: [5, 4] }),
        value: (_, __, ___, i) =>
          i === null || values[i] === null || values[i] === undefined ? '–' : format(values[i]),
      })),
      ...bands.flatMap(({ colour }): uPlot.Series[] => [
        { show: true, stroke: faint(colour, '55'), width: 0.5, points: { show: false } },
        { show: true, stroke: faint(colour, '55'), width: 0.5, points: { show: false } },
      ]),
    ],
    bands: [
      ...bands.map(({ colour }, i) => ({
        series: [series.length + 2 + 2 * i, series.length + 1 + 2 * i] as [number, number],
        fill: faint(colour, '26'),
      })),
      // An area ends where the one below begins, so that colours don't mix.
      ...series.flatMap(({ isStacked }, i) =>
        isStacked === true && series[i - 1]?.isStacked === true ? [{ series: [i + 1, i] as [number, number] }] : [],
      ),
    ],
    hooks: {
      draw: [
        ({ ctx, bbox, valToPos }) => {
          ctx.save();
          ctx.strokeStyle = ctx.fillStyle = themeColour('--bad');
          ctx.setLineDash([6, 4]);
          ctx.lineWidth = 1.5 * devicePixelRatio;
          ctx.textAlign = 'left';
          ctx.textBaseline = 'middle';
          for (const { x, label } of marks) {
            const at = valToPos(x, 'x', true);
            ctx.beginPath();
            ctx.moveTo(at, bbox.top);
            ctx.lineTo(at, bbox.top + bbox.height);
            ctx.stroke();
            ctx.fillText(label, at + 6 * devicePixelRatio, bbox.top + 8 * devicePixelRatio);
          }
          ctx.restore();
        },
      ],
    },
  };
}

/** Series by uPlot: as wide as its place. Its legend is a table that says the values under the cursor. */
export function Chart(props: ChartProps) {
  const { label, x, series, bands = [], marks } = props;
  const place = useRef<HTMLDivElement>(null);
  const dark = isDark.value;
  const shape = JSON.stringify([
    series.map(({ name, colour }) => [name, colour]),
    bands.length,
    marks,
    dark,
    props.height,
  ]);
  const latest = useRef(props);
  latest.current = props;
  const plot = useRef<uPlot | undefined>(undefined);

  const data = (): uPlot.AlignedData => [
    [...x],
    ...stacked(series),
    ...bands.flatMap(({ low, high }) => [[...low], [...high]]),
  ];

  useEffect(() => {
    const element = place.current!;
    const own = (plot.current = new uPlot(optionsOf(latest.current, element.clientWidth || 600), data(), element));
    const hidden = own.root.querySelectorAll<HTMLElement>('.u-legend .u-series');
    // Edges of intervals are no series of their own.
    hidden.forEach((row, i) => (row.hidden = i > latest.current.series.length));
    const observer = new ResizeObserver(() =>
      own.setSize({ width: element.clientWidth, height: latest.current.height ?? 220 }),
    );
    observer.observe(element);
    return () => {
      observer.disconnect();
      own.destroy();
      plot.current = undefined;
    };
  }, [shape]);

  useEffect(() => plot.current?.setData(data()), [x, series, bands]);

  return (
    <figure class="chart">
      <div ref={place} role="img" aria-label={label} />
    </figure>
  );
}
