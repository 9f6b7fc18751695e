import { useState } from 'preact/hooks';
import type { Schemas } from '../../../client/index.js';
import { count, score } from '../../kit/format.js';
import { Badge, Field } from '../../kit/parts.js';
import { Table, type Column } from '../../kit/table.js';

type Comparison = Schemas['Comparison'];

/** A router beside the profile that was trained, on all held-out queries or on those of a task. */
interface Row {
  name: string;
  title: string;
  told: boolean;
  mean: number | null;
  difference: number;
  low: number | null;
  high: number | null;
  better: boolean;
  p: number | null;
}

function signed(value: number): string {
  const size = Math.abs(value).toFixed(3);
  return Number(size) === 0 ? size : `${value < 0 ? '−' : '+'}${size}`;
}

/** A difference with its interval, beside a line at nothing. */
function Difference({ row: { difference, low, high }, from, to }: { row: Row; from: number; to: number }) {
  const at = (value: number): string => `${(100 * (Math.min(to, Math.max(from, value)) - from)) / (to - from || 1)}%`;
  const words =
    low === null || high === null
      ? `${signed(difference)}, interval not known`
      : `${signed(difference)}, 95% interval ${signed(low)} to ${signed(high)}`;
  return (
    <span class="range" title={words}>
      <span class="figure-text">{signed(difference)}</span>
      <span class="forest" role="img" aria-label={words}>
        <span class="zero" style={{ left: at(0) }} />
        {low !== null && high !== null && (
          <span class="line" style={{ left: at(low), right: `calc(100% - ${at(high)})` }} />
        )}
        <span class="mark" style={{ left: at(difference) }} />
      </span>
    </span>
  );
}

/** Routers as they did on a task; on all held-out queries for the empty name. */
function rowsOf(comparison: readonly Comparison[], task: string): Row[] {
  return comparison.flatMap((one): Row[] => {
    const { name, title, told, mean, p, better } = one;
    if (task === '')
      return [
        {
          name,
          title,
          told,
          mean,
          difference: one.difference,
          low: one.low ?? null,
          high: one.high ?? null,
          better,
          p,
        },
      ];
    const own = one.tasks?.find((row) => row.task === task);
    if (own === undefined) return [];
    const { difference, low, high } = own;
    return [{ name, title, told, mean: null, difference, low, high, better: low !== null && low > 0, p: null }];
  });
}

function verdictOf({ name, told, better, high }: Row) {
  if (name === 'learned') return <Badge tone="info">trained now</Badge>;
  if (name === 'oracle') return <Badge>best there is</Badge>;
  if (better) return <Badge tone={told ? 'warn' : 'bad'}>{told ? 'better, but reads the task' : 'better'}</Badge>;
  return high !== null && high < 0 ? <Badge tone="good">worse</Badge> : <Badge>not told apart</Badge>;
}

function columnsOf(from: number, to: number, isAll: boolean): Column<Row>[] {
  return [
    { name: 'Router', cell: ({ title }) => title, by: ({ title }) => title },
    { name: 'Reads', cell: ({ told }) => (told ? 'task' : 'text'), isWideOnly: true },
    ...(isAll
      ? [
          {
            name: 'Mean score',
            cell: (row: Row) => score(row.mean),
            by: (row: Row) => row.mean,
            isNumber: true,
            isWideOnly: true,
          },
        ]
      : []),
    {
      name: 'Against the trained',
      cell: (row) => <Difference row={row} from={from} to={to} />,
      by: ({ difference }) => difference,
    },
    ...(isAll
      ? [
          {
            name: 'p',
            cell: (row: Row) => (row.p === null ? '–' : row.p < 0.001 ? '< 0.001' : row.p.toFixed(3)),
            isNumber: true,
            isWideOnly: true,
          },
        ]
      : []),
    { name: '', cell: verdictOf },
  ];
}

/** What a trained profile was held against before it could serve, on queries that none had learned from. */
export function Gate({
  comparison,
  metrics,
}: {
  comparison: readonly Comparison[];
  metrics: Readonly<Record<string, number>>;
}) {
  const [task, setTask] = useState('');
  if (comparison.length === 0)
    return <p class="muted">It was not compared: there were too few queries to hold any out.</p>;
  const tasks = comparison[0]!.tasks ?? [];
  const rows = rowsOf(comparison, task);
  const ends = rows.flatMap(({ difference, low, high }) => [difference, low ?? difference, high ?? difference]);
  const [from, to] = [Math.min(-0.01, ...ends), Math.max(0.01, ...ends)];
  const queries = task === '' ? metrics['held_out_queries'] : tasks.find((one) => one.task === task)?.queries;
  const error = metrics['calibration_error'];
  return (
    <div class="stack">
      <div class="row">
        <h3>The gate, on {count(queries)} held-out queries</h3>
        {error !== undefined && <span class="muted">calibration error of the learned scores {error.toFixed(3)}</span>}
      </div>
      {tasks.length > 1 && (
        <div class="narrow">
          <Field label="Queries">
            <select value={task} onChange={({ currentTarget: { value } }) => setTask(value)}>
              <option value="">All</option>
              {tasks.map((one) => (
                <option key={one.task} value={one.task}>
                  {one.task} ({one.queries})
                </option>
              ))}
            </select>
          </Field>
        </div>
      )}
      <Table
        key={task}
        label="Routers beside the trained profile"
        columns={columnsOf(from, to, task === '')}
        rows={rows}
        keyOf={({ name }) => name}
        sorted={{ column: 'Against the trained', down: true }}
      />
      <p class="muted">
        A router right of the line did better than the profile. One that reads text alone and is better by more than
        chance serves in its place.
      </p>
    </div>
  );
}
