import type { Schemas } from '../../../client/index.js';
import { count } from '../../kit/format.js';
import { Card, Choice, Llm, Range } from '../../kit/parts.js';
import { answered } from '../../kit/problem.js';
import { useQuery } from '../../kit/query.js';
import { place, setSearch } from '../../kit/router.js';
import { client } from '../../kit/session.js';
import { Empty, Loaded } from '../../kit/states.js';
import { Table, type Column } from '../../kit/table.js';
import { heat } from './heat.js';
import { FOUR_IN_FIVE } from './known.js';

type Estimate = Schemas['ScoreEstimate'];

/** One LLM on one task, kind or domain, beside the others. */
interface Row {
  group: string;
  own: Estimate;
  /** Mean of the others, the place among all, and who is best; null where that is not known. */
  others: number | null;
  rank: number | null;
  best: string | null;
}

const BY = [
  { value: 'task', label: 'Task' },
  { value: 'kind', label: 'Kind' },
  { value: 'domain', label: 'Domain' },
] as const;
type By = (typeof BY)[number]['value'];
/** A difference to the others that has the deepest colour. */
const DEEPEST = 0.3;

function against({ own, others }: Row) {
  if (others === null) return <span class="muted">–</span>;
  const difference = own.score - others;
  const sign = difference < 0 ? '−' : '+';
  return (
    <span
      class="heat-cell"
      style={{ background: heat(Math.abs(difference) / DEEPEST, difference < 0 ? '--bad' : '--good') }}
    >
      {sign}
      {Math.abs(difference).toFixed(3)}
    </span>
  );
}

const columnsOf = (name: string, models: number): Column<Row>[] => [
  { name, cell: ({ group }) => group, by: ({ group }) => group },
  {
    name: 'Expected quality',
    cell: ({ own }) => <Range mean={own.score} low={own.low} high={own.high} level={FOUR_IN_FIVE} />,
    by: ({ own }) => own.score,
  },
  {
    name: 'Against the others’ mean',
    cell: against,
    by: ({ own, others }) => (others === null ? null : own.score - others),
    isNumber: true,
  },
  {
    name: 'Place',
    cell: ({ rank }) => (rank === null ? '–' : `${rank} of ${models}`),
    by: ({ rank }) => rank,
    isNumber: true,
  },
  { name: 'Best', cell: ({ best }) => (best === null ? '–' : <Llm id={best} />), isWideOnly: true },
  { name: 'Answers', cell: ({ own }) => count(own.answers), by: ({ own }) => own.answers, isNumber: true },
];

function rowsOf(id: string, { groups, models }: Schemas['StrengthList']): Row[] {
  return groups.flatMap((group, g) => {
    const own = models.find(({ model }) => model === id)?.groups[g] ?? null;
    if (own === null) return [];
    const known = models
      .flatMap(({ model, groups: all }) => (all[g] === null || all[g] === undefined ? [] : [{ model, ...all[g] }]))
      .toSorted((a, b) => b.score - a.score);
    const others = known.filter(({ model }) => model !== id);
    return {
      group,
      own,
      others: others.length === 0 ? null : others.reduce((sum, one) => sum + one.score, 0) / others.length,
      rank: known.findIndex(({ model }) => model === id) + 1,
      best: known[0]!.model,
    };
  });
}

const domainRows = ({ learned }: Schemas['KnownProfile']): Row[] =>
  learned.domains.map(({ domain, ...own }) => ({ group: domain, own, others: null, rank: null, best: null }));

/** What an LLM is expected to do on each task, kind or domain of query, beside the others. */
export function Strengths({ known }: { known: Schemas['KnownProfile'] }) {
  const by: By = BY.find(({ value }) => value === place.value.search.get('by'))?.value ?? 'task';
  const query = useQuery(
    async (signal) =>
      by === 'domain' ? null : answered(client.GET('/v1/strengths', { params: { query: { by } }, signal })),
    [by, known],
  );
  const name = BY.find(({ value }) => value === by)!.label;
  return (
    <Card
      title={`Quality by ${by === 'kind' ? 'kind of query' : by}`}
      aside={<Choice label="Rows" options={BY} value={by} onChange={(to) => setSearch({ by: to })} />}
    >
      <Loaded query={query} rows={6}>
        {(list) => {
          const rows = list === null ? domainRows(known) : rowsOf(known.id, list);
          return rows.length === 0 ? (
            <Empty title={`No ${name.toLowerCase()} is known of it`} />
          ) : (
            <Table
              key={by}
              label={`Quality by ${by}`}
              columns={columnsOf(name, list?.models.length ?? 0)}
              rows={rows}
              keyOf={({ group }) => group}
              sorted={{ column: 'Expected quality', down: true }}
            />
          );
        }}
      </Loaded>
    </Card>
  );
}
