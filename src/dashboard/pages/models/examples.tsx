import type { Schemas } from '../../../client/index.js';
import { score, shortId } from '../../kit/format.js';
import { Card } from '../../kit/parts.js';
import { Empty } from '../../kit/states.js';
import { Table, type Column } from '../../kit/table.js';

type Compared = Schemas['ComparedQuery'];

const COLUMNS: readonly Column<Compared>[] = [
  {
    name: 'Query',
    cell: ({ query, query_hash: hash }) =>
      query === null ? (
        <span class="muted" title="Its text is not kept">
          {shortId(hash)}
        </span>
      ) : (
        <span class="excerpt" title={query}>
          {query}
        </span>
      ),
  },
  { name: 'It', cell: (row) => score(row.score), isNumber: true },
  { name: 'Others', cell: ({ others }) => score(others), isNumber: true },
];

/** Logged queries, with how the LLM did on them and the mean of the others. */
export function Examples({ title, queries }: { title: string; queries: readonly Compared[] }) {
  return (
    <Card title={title} span={6}>
      {queries.length === 0 ? (
        <Empty title="None">Queries that several LLMs answered show this, once a version is trained on them.</Empty>
      ) : (
        <Table label={title} columns={COLUMNS} rows={queries} keyOf={({ query_hash: hash }) => hash} />
      )}
    </Card>
  );
}
