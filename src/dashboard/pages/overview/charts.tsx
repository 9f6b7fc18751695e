import type { Schemas } from '../../../client/index.js';
import { Chart } from '../../kit/chart.js';
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
const has = (values: readonly (number | null)[]): boolean => values.some((value) => value !== null);

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

/** Scores as they came in, with their interval, beside what was expected. */
export function Quality({ overview: { points } }: { overview: Overview }) {
  const of = (pick: (observed: Point['observed']) => number | null): (number | null)[] =>
    points.map(({ observed }) => pick(observed));
  const mean = of(({ quality }) => quality);
  const colour = colourOf('quality observed');
  return (
    <Card title="Quality" aside="Mean score with its 95% interval" span={6}>
      {has(mean) ? (
        <Chart
          label="Mean score of answers over time, with its 95% interval, and the expected quality"
          x={secondsOf(points)}
          series={[
            { name: 'Observed', values: mean, colour },
            {
              name: 'Expected',
              values: points.map(({ expected }) => expected.quality),
              colour: themeColour('--muted'),
              isDashed: true,
            },
          ]}
          bands={[{ low: of((one) => one.quality_low), high: of((one) => one.quality_high), colour }]}
          format={score}
          height={HEIGHT}
        />
      ) : (
        <Empty title="No scores in this time">Feedback with a decision_id and a score shows here.</Empty>
      )}
    </Card>
  );
}

/** What it is expected to cost, beside the baseline. */
export function Cost({ overview: { points }, baseline }: { overview: Overview; baseline: string }) {
  const own = points.map(({ expected }) => expected.cost_usd);
  return (
    <Card title="Cost" aside="Expected, a step" span={6}>
      {has(own) ? (
        <Chart
          label={`Expected cost over time, beside ${baseline}`}
          x={secondsOf(points)}
          series={[
            { name: 'As routed', values: own, colour: colourOf('cost as routed') },
            {
              name: baseline,
              values: points.map((point) => point.baseline?.cost_usd ?? null),
              colour: themeColour('--muted'),
              isDashed: true,
            },
          ]}
          format={usd}
          range={[0, null]}
          height={HEIGHT}
        />
      ) : (
        <Empty title="No costs in this time">Prices of LLMs, or reported costs, make them known.</Empty>
      )}
    </Card>
  );
}

export function Latency({ overview: { points } }: { overview: Overview }) {
  const median = points.map(({ observed }) => observed.latency_p50_ms);
  return (
    <Card title="Latency" aside="Of answers without error" span={6}>
      {has(median) ? (
        <Chart
          label="Median latency over time, and what nine in ten answers take at most"
          x={secondsOf(points)}
          series={[
            { name: 'Median', values: median, colour: colourOf('latency median') },
            {
              name: '90%',
              values: points.map(({ observed }) => observed.latency_p90_ms),
              colour: colourOf('latency 90'),
            },
          ]}
          format={duration}
          range={[0, null]}
          height={HEIGHT}
        />
      ) : (
        <Empty title="No latencies in this time">Feedback with latency_ms shows here.</Empty>
      )}
    </Card>
  );
}

export function Errors({ overview: { points } }: { overview: Overview }) {
  const share = points.map(({ observed }) => observed.error_share);
  return (
    <Card title="Errors" aside="Share of answers that failed" span={6}>
      {has(share) ? (
        <Chart
          label="Share of answers that failed, over time"
          x={secondsOf(points)}
          series={[{ name: 'Errors', values: share, colour: themeColour('--bad') }]}
          format={percent}
          range={[0, null]}
          height={HEIGHT}
        />
      ) : (
        <Empty title="No answers in this time" />
      )}
    </Card>
  );
}
