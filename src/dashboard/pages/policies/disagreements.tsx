import { useEffect, useState } from 'preact/hooks';
import type { Schemas } from '../../../client/index.js';
import { ago, score, time } from '../../kit/format.js';
import { Badge, Card, Llm } from '../../kit/parts.js';
import { answered } from '../../kit/problem.js';
import { useQuery } from '../../kit/query.js';
import { hrefTo } from '../../kit/router.js';
import { client } from '../../kit/session.js';
import { Empty, Loaded } from '../../kit/states.js';
import { Table, type Column } from '../../kit/table.js';

type Disagreement = Schemas['Disagreement'];

const PAGE = 20;

const WORDS = { active: 'in force', candidate: 'shadow', neither: 'neither' } as const;

const COLUMNS: readonly Column<Disagreement>[] = [
  {
    name: 'Query',
    cell: ({ query, decision_id: id }) => (
      <a href={hrefTo(['decisions', id])}>
        <span class="clip">{query ?? 'text no longer kept'}</span>
      </a>
    ),
  },
  { name: 'Task', cell: ({ task }) => task ?? '–', isWideOnly: true },
  { name: 'Chosen', cell: ({ model }) => <Llm id={model} /> },
  { name: 'Shadow’s choice', cell: ({ candidate }) => <Llm id={candidate} /> },
  {
    name: 'Expected quality, by the shadow',
    cell: ({ expected }) => (
      <span class="figure-text">
        {score(expected?.candidate.active?.quality)} → {score(expected?.candidate.candidate?.quality)}
      </span>
    ),
  },
  {
    name: 'Judged better',
    cell: ({ better }) =>
      better === null ? (
        <span class="muted">not asked</span>
      ) : (
        <Badge {...(better !== 'neither' && { tone: better === 'candidate' ? 'good' : 'bad' })}>{WORDS[better]}</Badge>
      ),
  },
  { name: 'When', cell: ({ at }) => <span title={time(at)}>{ago(at)}</span>, isWideOnly: true },
];

/** Queries that a shadow would have sent elsewhere, a page at a time. */
export function Disagreements({ name }: { name: string }) {
  /** What each page so far was asked for by. */
  const [pages, setPages] = useState<(string | undefined)[]>([undefined]);
  useEffect(() => setPages([undefined]), [name]);
  const before = pages.at(-1);
  const query = useQuery(
    (signal) =>
      answered(
        client.GET('/v1/experiments/{name}/disagreements', {
          params: { path: { name }, query: { limit: PAGE, ...(before !== undefined && { before }) } },
          signal,
        }),
      ),
    [name, before],
    { follows: before === undefined ? ['decisions', 'experiments'] : [], pauseMs: 5_000 },
  );
  return (
    <Card title="Queries that it would have sent elsewhere" aside={`Page ${pages.length}, newest first`}>
      <Loaded query={query} rows={6}>
        {({ disagreements, next }) =>
          disagreements.length === 0 ? (
            <Empty title="None">It chose what was chosen, or nothing was routed since it began.</Empty>
          ) : (
            <div class="stack">
              <Table label="Disagreements" columns={COLUMNS} rows={disagreements} keyOf={({ decision_id: id }) => id} />
              <div class="row">
                <button type="button" disabled={pages.length === 1} onClick={() => setPages(pages.slice(0, -1))}>
                  Newer
                </button>
                <button type="button" disabled={next === null} onClick={() => setPages([...pages, next ?? undefined])}>
                  Older
                </button>
              </div>
            </div>
          )
        }
      </Loaded>
    </Card>
  );
}
