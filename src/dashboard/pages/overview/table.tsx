import type { Schemas } from '../../../client/index.js';
import { colourOf } from '../../kit/colours.js';
import { count, duration, percent, usd } from '../../kit/format.js';
import { Card, Llm, Range, Share } from '../../kit/parts.js';
import { Table, type Column } from '../../kit/table.js';

type Row = Schemas['OverviewModel'];

const COLUMNS: readonly Column<Row>[] = [
  { name: 'LLM', cell: ({ model }) => <Llm id={model} />, by: ({ model }) => model },
  { name: 'Decisions', cell: ({ decisions }) => count(decisions), by: ({ decisions }) => decisions, isNumber: true },
  {
    name: 'Share',
    cell: ({ model, share }) => (
      <span class="row">
        <Share value={share} colour={colourOf(model)} /> {percent(share)}
      </span>
    ),
    isWideOnly: true,
  },
  {
    name: 'Quality',
    cell: ({ observed: { quality, quality_low: low, quality_high: high } }) => (
      <Range mean={quality} low={low} high={high} />
    ),
    by: ({ observed }) => observed.quality,
  },
  {
    name: 'Cost',
    cell: ({ observed, expected }) => usd(observed.cost_usd ?? expected.cost_usd),
    by: ({ observed, expected }) => observed.cost_usd ?? expected.cost_usd,
    isNumber: true,
  },
  {
    name: 'Median latency',
    cell: ({ observed }) => duration(observed.latency_p50_ms),
    by: ({ observed }) => observed.latency_p50_ms,
    isNumber: true,
    isWideOnly: true,
  },
  {
    name: 'Errors',
    cell: ({ observed }) => percent(observed.error_share),
    by: ({ observed }) => observed.error_share,
    isNumber: true,
  },
];

export function ByModel({ rows }: { rows: readonly Row[] }) {
  return (
    <Card title="LLMs" span={12}>
      <Table label="LLMs in this time" columns={COLUMNS} rows={rows} keyOf={({ model }) => model} />
    </Card>
  );
}
