import type { ComponentChildren } from 'preact';
import { compact, count, time } from '../../kit/format.js';
import { Badge, Card } from '../../kit/parts.js';
import { hrefTo, setSearch } from '../../kit/router.js';
import { Table, type Column } from '../../kit/table.js';
import type { Artifact } from './versions.js';

/** A fact or figure of two versions; `change` is of the second against the first. */
interface Row {
  name: string;
  a: ComponentChildren;
  b: ComponentChildren;
  change: number | null;
}

const figure = (value: number | undefined): string =>
  value === undefined ? '–' : Number.isInteger(value) ? count(value) : value.toFixed(4);

/** Names of metrics as people say them: `score_soft_task` is `score: soft task`. */
const nameOf = (metric: string): string =>
  metric
    .replace(/^(score|ranking_accuracy)_/, (_, kind: string) => `${kind.replaceAll('_', ' ')}: `)
    .replaceAll('_', ' ');

function factsOf(a: Artifact, b: Artifact): Row[] {
  const row = (name: string, of: (one: Artifact) => ComponentChildren): Row => ({
    name,
    a: of(a),
    b: of(b),
    change: null,
  });
  return [
    row('Made', (one) => time(one.created_at)),
    row('State', (one) => (one.active ? <Badge tone="good">in force</Badge> : one.status)),
    row('Router', (one) => one.router),
    row('Design', (one) => one.design),
    row('Seed', (one) => String(one.seed)),
    row('Snapshot', (one) => <code>{one.snapshot.slice(0, 12)}</code>),
    row('Backend', (one) => one.backend),
    row('Size', (one) => `${compact(one.files.reduce((sum, { bytes }) => sum + bytes, 0))}B`),
  ];
}

function metricsOf(a: Artifact, b: Artifact): Row[] {
  const names = new Set([...Object.keys(a.metrics), ...Object.keys(b.metrics)]);
  return Array.from(names, (name): Row => {
    const [left, right] = [a.metrics[name], b.metrics[name]];
    const change = left === undefined || right === undefined ? null : right - left;
    return { name: nameOf(name), a: figure(left), b: figure(right), change };
  });
}

const changed = ({ change }: Row): string =>
  change === null ? '' : `${change < 0 ? '−' : '+'}${figure(Math.abs(change))}`;

const header = ({ version }: Artifact): string => version;

/** Two versions side by side. */
export function Beside({ a, b }: { a: Artifact; b: Artifact }) {
  const columns: readonly Column<Row>[] = [
    { name: 'Fact', cell: ({ name }) => name },
    { name: header(a), cell: (row) => row.a },
    { name: header(b), cell: (row) => row.b },
    { name: 'Change', cell: changed, isNumber: true },
  ];
  return (
    <Card
      title="Two versions side by side"
      aside={
        <span class="row">
          <a href={hrefTo(['training', a.version])}>The first</a>
          <a href={hrefTo(['training', b.version])}>The second</a>
          <button onClick={() => setSearch({ compare: undefined })}>Close</button>
        </span>
      }
    >
      {a.snapshot !== b.snapshot && (
        <p class="muted">
          They were held against different queries: figures of each are comparable within it, not across.
        </p>
      )}
      <Table
        label="Two versions"
        columns={columns}
        rows={[...factsOf(a, b), ...metricsOf(a, b)]}
        keyOf={({ name }) => name}
      />
    </Card>
  );
}
