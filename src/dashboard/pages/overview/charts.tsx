import type { Schemas } from '../../../client/index.js';
import { Chart, type ChartProps } from '../../kit/chart.js';
import { colourOf, themeColour } from '../../kit/colours.js';
import { compact, duration, percent, score, usd } from '../../kit/format.js';
import { Card } from '../../kit/parts.js';
import { Empty } from '../../kit/states.js';

type Overview = Schemas['Overview'];
type Point = Schemas['OverviewPoint'];

/** LLMs that have an area of their own; the others share one. */
const SHOWN = 7;
const HEIGHT = 200;

const secondsOf = (points: readonly Point[]): number[] => points.map(({ at }) => Date.parse(at) / 1000);

/** Where queries went, LLM upon LLM. */
export function Traffic({ overview: { points, models } }: { overview: Overview }) {
  const first = models.slice(0, SHOWN).map(({ model }) => model);
  const others = models.slice(SHOWN).map(({ model }) => model);
  const countOf = ({ models: by }: Point, of: readonly string[]): number =>
    of.reduce((sum, model) => sum + (by[model] ?? 0), 0);
  const series = [
    ...first.map((model) => ({ name: model, colour: colourOf(model), of: [model] })),
    ...(others.length > 0
      ? [
          {
            name: others.length === 1 ? others[0]! : `${others.length} others`,
            colour: themeColour('--muted'),
            of: others,
          },
        ]
      : []),
  ];
  return (
    <Card title="Traffic by LLM" aside="Decisions a step, upon one another" span={12}>
      <Chart
        label={`Decisions over time by LLM: ${series.map(({ name }) => name).join(', ')}`}
        x={secondsOf(points)}
        series={series.map(({ name, colour, of }) => ({
          name,
          colour,
          isStacked: true,
          values: points.map((point) => countOf(point, of)),
        }))}
        format={compact}
        range={[0, null]}
        height={240}
      />
    </Card>
  );
}

interface Half extends Omit<ChartProps, 'x' | 'height'> {
  title: string;
  aside: string;
  points: readonly Point[];
  /** What is said where the first series has no value, and what would make some. */
  empty: [title: string, hint?: string];
}

/** A chart of half the width. */
function HalfCard({ title, aside, points, empty: [none, hint], ...chart }: Half) {
  const has = chart.series[0]!.values.some((value) => value !== null);
  return (
    <Card title={title} aside={aside} span={6}>
      {has ? <Chart {...chart} x={secondsOf(points)} height={HEIGHT} /> : <Empty title={none}>{hint}</Empty>}
    </Card>
  );
}

/** Scores as they came in, with their interval, beside what was expected. */
export function Quality({ overview: { points } }: { overview: Overview }) {
  const of = (pick: (observed: Point['observed']) => number | null): (number | null)[] =>
    points.map(({ observed }) => pick(observed));
  const colour = themeColour('--accent');
  return (
    <HalfCard
      title="Quality"
      aside="Mean score with its 95% interval"
      points={points}
      empty={['No scores in this time', 'Feedback with a decision_id and a score shows here.']}
      label="Mean score of answers over time, with its 95% interval, and the expected quality"
      series={[
        { name: 'Observed', values: of(({ quality }) => quality), colour },
        {
          name: 'Expected',
          values: points.map(({ expected }) => expected.quality),
          colour: themeColour('--muted'),
          isDashed: true,
        },
      ]}
      bands={[{ low: of((one) => one.quality_low), high: of((one) => one.quality_high), colour }]}
      format={score}
    />
  );
}

/** What it is expected to cost, beside the baseline. */
export function Cost({ overview: { points }, baseline }: { overview: Overview; baseline: string }) {
  return (
    <HalfCard
      title="Cost"
      aside="Expected, a step"
      points={points}
      empty={['No costs in this time', 'Prices of LLMs, or reported costs, make them known.']}
      label={`Expected cost over time, beside ${baseline}`}
      series={[
        { name: 'As routed', values: points.map(({ expected }) => expected.cost_usd), colour: themeColour('--accent') },
        {
          name: baseline,
          values: points.map((point) => point.baseline?.cost_usd ?? null),
          colour: themeColour('--muted'),
          isDashed: true,
        },
      ]}
      format={usd}
      range={[0, null]}
    />
  );
}

export function Latency({ overview: { points } }: { overview: Overview }) {
  return (
    <HalfCard
      title="Latency"
      aside="Of answers without error"
      points={points}
      empty={['No latencies in this time', 'Feedback with latency_ms shows here.']}
      label="Median latency over time, and what nine in ten answers take at most"
      series={[
        {
          name: 'Median',
          values: points.map(({ observed }) => observed.latency_p50_ms),
          colour: themeColour('--accent'),
        },
        { name: '90%', values: points.map(({ observed }) => observed.latency_p90_ms), colour: themeColour('--warn') },
      ]}
      format={duration}
      range={[0, null]}
    />
  );
}

export function Errors({ overview: { points } }: { overview: Overview }) {
  return (
    <HalfCard
      title="Errors"
      aside="Share of answers that failed"
      points={points}
      empty={['No answers in this time']}
      label="Share of answers that failed, over time"
      series={[
        { name: 'Errors', values: points.map(({ observed }) => observed.error_share), colour: themeColour('--bad') },
      ]}
      format={percent}
      range={[0, null]}
    />
  );
}
