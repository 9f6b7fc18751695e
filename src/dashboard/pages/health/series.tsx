import { useEffect, useRef, useState } from 'preact/hooks';
import type { Schemas } from '../../../client/index.js';
import { Chart } from '../../kit/chart.js';
import { themeColour } from '../../kit/colours.js';
import { count, time } from '../../kit/format.js';
import { answered } from '../../kit/problem.js';
import { useQuery } from '../../kit/query.js';
import { client } from '../../kit/session.js';
import { Empty, Loaded } from '../../kit/states.js';

type Alert = Schemas['Alert'];
type Series = NonNullable<Schemas['AlertDetail']['series']>;
type Block = Schemas['AlertBlock'];

const HEIGHT = 180;
/** Each answer that is observed may change an open alert: its series is read again this often at most. */
const PAUSE_MS = 15_000;

interface Shown {
  alert: Alert;
  /** What the values are: `mean score`. */
  name: string;
  format: (value: number) => string;
}

const middleOf = ({ from, to }: Block): number => (Date.parse(from) + Date.parse(to)) / 2000;
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

function SeriesChart({ alert, name, format, series }: Shown & { series: Series }) {
  const { changed_at: changedAt, before, after, points } = series;
  const colour = themeColour('--accent');
  const said = (block: Block | null): string =>
    block === null ? 'no answers' : `${format(block.mean)} in ${count(block.answers)} answers`;
  return (
    <Chart
      label={
        `${capital(name)} of ${alert.model} on ${alert.task} over time: ${said(before)} before the change at ` +
        `${time(changedAt)}, ${said(after)} since`
      }
      x={points.map(middleOf)}
      series={[{ name: capital(name), values: points.map(({ mean }) => mean), colour }]}
      bands={[{ low: points.map(({ low }) => low), high: points.map(({ high }) => high), colour }]}
      marks={[{ x: Date.parse(changedAt) / 1000, label: 'change' }]}
      format={format}
      height={HEIGHT}
      {...(alert.signal !== 'latency' && { range: [0, 1] as [number, number] })}
    />
  );
}

function ReadSeries({ alert, name, format }: Shown) {
  const detail = useQuery(
    (signal) => answered(client.GET('/v1/alerts/{id}', { params: { path: { id: alert.id } }, signal })),
    [alert.id],
    { follows: ['alerts'], pauseMs: PAUSE_MS },
  );
  return (
    <Loaded query={detail}>
      {({ series }) =>
        series === null ? (
          <p class="muted">Which answers are of a kind is not logged, so there is no series.</p>
        ) : series.points.length === 0 ? (
          <Empty title="Its answers are no longer kept">Retention removed them.</Empty>
        ) : (
          <SeriesChart alert={alert} name={name} format={format} series={series} />
        )
      }
    </Loaded>
  );
}

/** The answers around a change, read once its place is in sight. */
export function AlertSeries(shown: Shown) {
  const place = useRef<HTMLDivElement>(null);
  const [isSeen, setSeen] = useState(false);
  useEffect(() => {
    const observer = new IntersectionObserver((entries) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
      setSeen(true);
      observer.disconnect();
    });
    observer.observe(place.current!);
    return () => observer.disconnect();
  }, []);
  return (
    <div ref={place} style={{ minHeight: `${HEIGHT}px` }}>
      {isSeen && <ReadSeries {...shown} />}
    </div>
  );
}
