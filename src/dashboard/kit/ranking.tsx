import type { Schemas } from '../../client/index.js';
import { duration, score, usd } from './format.js';
import { Badge, Llm, Range } from './parts.js';
import { Table, type Column } from './table.js';

type RankedLlm = Schemas['RankedLlm'];

/** Deviations on either side that hold the mean in 95 of 100 cases. */
const DEVIATIONS = 1.96;

/** An expected quality with its interval. */
export function Quality({ quality, uncertainty }: Pick<RankedLlm, 'quality' | 'uncertainty'>) {
  const reach = DEVIATIONS * uncertainty;
  return <Range mean={quality} low={Math.max(0, quality - reach)} high={Math.min(1, quality + reach)} />;
}

const columnsFor = (chosen: string): Column<RankedLlm>[] => [
  {
    name: 'LLM',
    cell: ({ model }) => (
      <>
        <Llm id={model} /> {model === chosen && <Badge tone="info">chosen</Badge>}
      </>
    ),
    by: ({ model }) => model,
  },
  { name: 'Expected quality', cell: (llm) => <Quality {...llm} />, by: ({ quality }) => quality },
  { name: 'Cost', cell: ({ cost_usd: cost }) => usd(cost), by: ({ cost_usd: cost }) => cost, isNumber: true },
  {
    name: 'Latency',
    cell: ({ latency_ms: median, latency_p90_ms: tail }) => (
      <span title={`nine in ten take ${duration(tail)} at most`}>{duration(median)}</span>
    ),
    by: ({ latency_ms: median }) => median,
    isNumber: true,
  },
  { name: 'Utility', cell: ({ utility }) => score(utility), by: ({ utility }) => utility, isNumber: true },
];

export interface RankingProps {
  ranking: RankedLlm[];
  chosen: string;
  label: string;
  /** Whether there is little room: what it is ranked by is left out. */
  isNarrow?: boolean;
}

/** Candidates, best first. */
export function Ranking({ ranking, chosen, label, isNarrow = false }: RankingProps) {
  const columns = columnsFor(chosen);
  return (
    <Table
      label={label}
      columns={isNarrow ? columns.slice(0, -1) : columns}
      rows={ranking}
      keyOf={({ model }) => model}
    />
  );
}
