import type { Schemas } from '../../../client/index.js';
import { duration, usd } from '../../kit/format.js';
import { Card, Llm } from '../../kit/parts.js';
import { Empty } from '../../kit/states.js';
import { Table, type Column } from '../../kit/table.js';

type Near = Schemas['NearLlm'];

/** What two LLMs share, in words. */
function sharedIn({ shared }: Near): string {
  const { family, task_types: tasks = [], domains = [], latency_ms: latency, price } = shared;
  const words = [
    ...(family === undefined ? [] : [`family ${family}`]),
    ...tasks,
    ...domains,
    ...(latency === undefined ? [] : [`latency ${duration(latency[0])} and ${duration(latency[1])}`]),
    ...(price === undefined ? [] : [`prices ${usd(price[0])} and ${usd(price[1])}`]),
  ];
  return words.join(', ') || 'nothing that is declared';
}

const COLUMNS: readonly Column<Near & { place: number }>[] = [
  { name: '#', cell: ({ place }) => place },
  {
    name: 'LLM',
    cell: (near) => (
      <>
        <Llm id={near.model} />
        <small class="muted block">{sharedIn(near)}</small>
      </>
    ),
  },
  { name: 'Similarity', cell: ({ similarity }) => similarity.toFixed(2).replace('-', '−'), isNumber: true },
];

/** LLMs whose profiles are nearest: the order in which they stand in for this one. */
export function Nearest({ known: { learned } }: { known: Schemas['KnownProfile'] }) {
  return (
    <Card title="Nearest LLMs" span={4} aside="They stand in when it fails">
      {learned.nearest.length === 0 ? (
        <Empty title="There is no other LLM" />
      ) : (
        <Table
          label="Nearest LLMs"
          columns={COLUMNS}
          rows={learned.nearest.map((near, i) => ({ ...near, place: i + 1 }))}
          keyOf={({ model }) => model}
        />
      )}
    </Card>
  );
}
