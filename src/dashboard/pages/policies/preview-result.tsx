import type { Schemas } from '../../../client/index.js';
import { count, duration, percent, score, time, usd } from '../../kit/format.js';
import { Badge, Llm, Share } from '../../kit/parts.js';
import { hrefTo } from '../../kit/router.js';
import { Table, type Column } from '../../kit/table.js';
import { Frontier } from './frontier.js';

type Preview = Schemas['Preview'];
type Estimate = Schemas['MeasureEstimate'] | null;

const signed =
  (format: (value: number) => string) =>
  (value: number): string =>
    `${value > 0 ? '+' : value < 0 ? '−' : ''}${format(Math.abs(value))}`;

const MEASURES = [
  { key: 'quality', name: 'Quality', format: score, isMoreGood: true },
  { key: 'cost_usd', name: 'Cost', format: (value: number) => usd(value), isMoreGood: false },
  { key: 'latency_ms', name: 'Latency', format: (value: number) => duration(value), isMoreGood: false },
] as const;

function Value({ of, format }: { of: Estimate; format: (value: number) => string }) {
  if (of === null) return <span class="muted">not known</span>;
  const { value, low, high } = of.doubly_robust;
  return (
    <>
      <strong class="figure-text">{format(value)}</strong>
      <div class="muted figure-text">
        {low === null || high === null ? 'no interval' : `${format(low)} to ${format(high)}`}
      </div>
    </>
  );
}

/** Whether a difference is told from none. */
function Told({ of, isMoreGood }: { of: Estimate; isMoreGood: boolean }) {
  const { low, high } = of?.doubly_robust ?? { low: null, high: null };
  if (low === null || high === null) return <Badge>can’t be told</Badge>;
  if (low <= 0 && high >= 0) return <Badge>no difference told</Badge>;
  const isBetter = low > 0 === isMoreGood;
  return <Badge tone={isBetter ? 'good' : 'bad'}>{isBetter ? 'better' : 'worse'}</Badge>;
}

function Measures({ preview, name }: { preview: Preview; name: string }) {
  type Row = (typeof MEASURES)[number];
  const { policy, against, difference } = preview;
  const columns: Column<Row>[] = [
    { name: 'A query’s', cell: (row) => row.name },
    { name, cell: ({ key, format }) => <Value of={policy[key]} format={format} /> },
    {
      name: `${against.name ?? 'other'}, in force`,
      cell: ({ key, format }) => <Value of={against[key]} format={format} />,
    },
    { name: 'Difference', cell: ({ key, format }) => <Value of={difference[key]} format={signed(format)} /> },
    { name: 'Is', cell: ({ key, isMoreGood }) => <Told of={difference[key]} isMoreGood={isMoreGood} /> },
  ];
  return <Table label="Values with 95% intervals" columns={columns} rows={MEASURES} keyOf={({ key }) => key} />;
}

/** Whether the log tells of such a policy at all. */
function OverlapNote({ preview: { overlap, decisions } }: { preview: Preview }) {
  const { enough, effective, unsupported, words } = overlap;
  return (
    <div class={`notice ${enough ? 'good' : 'warn'}`} role="status">
      <div>
        <strong>{words.charAt(0).toUpperCase() + words.slice(1)}</strong>
        <p>
          {count(decisions)} decisions tell as much as {count(effective)} of equal weight.{' '}
          {unsupported > 0
            ? `${percent(unsupported)} of its choices could not have been made by what was logged.`
            : 'All of its choices could have been made by what was logged.'}
        </p>
      </div>
    </div>
  );
}

function Shares({ preview, name }: { preview: Preview; name: string }) {
  type Row = Preview['models'][number];
  const share = (value: number) => (
    <span class="range">
      <Share value={value} /> <span class="figure-text">{percent(value)}</span>
    </span>
  );
  const columns: Column<Row>[] = [
    { name: 'LLM', cell: ({ model }) => <Llm id={model} />, by: ({ model }) => model },
    { name, cell: (row) => share(row.share), by: (row) => row.share },
    { name: `${preview.against.name ?? 'other'}`, cell: (row) => share(row.against), by: (row) => row.against },
  ];
  const rows = preview.models.filter((row) => row.share > 0 || row.against > 0);
  return (
    <Table label="Share of decisions that each LLM gets" columns={columns} rows={rows} keyOf={({ model }) => model} />
  );
}

type Example = Preview['examples'][number];
const pick = ({ model, quality, cost_usd: cost }: Example['policy']) => (
  <>
    <Llm id={model} />
    <div class="muted figure-text">
      {score(quality)} · {usd(cost)}
    </div>
  </>
);

function Examples({ preview, name }: { preview: Preview; name: string }) {
  const columns: Column<Example>[] = [
    {
      name: 'Query',
      cell: ({ query, decision_id: id }) => {
        const text = <span class="clip">{query ?? 'text no longer kept'}</span>;
        return id === null ? text : <a href={hrefTo(['decisions', id])}>{text}</a>;
      },
    },
    { name: 'Task', cell: ({ task }) => task ?? '–', isWideOnly: true },
    { name: `${preview.against.name ?? 'other'} chooses`, cell: ({ against }) => pick(against) },
    { name: `${name} would choose`, cell: ({ policy }) => pick(policy) },
  ];
  return (
    <Table
      label="Decisions that would differ"
      columns={columns}
      rows={preview.examples}
      keyOf={(row) => row.decision_id ?? JSON.stringify(row)}
    />
  );
}

/** What a preview says. */
export function PreviewResult({ preview, name }: { preview: Preview; name: string }) {
  const { decisions, from, to, propensities, learned_from: learned, policy, differ, examples, notes } = preview;
  const label = preview.against.name === name ? `${name}, as written` : name;
  return (
    <div class="stack">
      <OverlapNote preview={preview} />
      <Measures preview={preview} name={label} />
      <div class="grid">
        <div class="span-7">
          <h3>Quality for its cost</h3>
          <Frontier preview={preview} name={label} />
        </div>
        <div class="span-5">
          <h3>Who gets the queries</h3>
          <Shares preview={preview} name={label} />
        </div>
      </div>
      <h3>
        {differ === 0 ? 'No decision would differ' : `${percent(differ)} of decisions would differ`}
        {examples.length > 0 && `; the newest ${examples.length}:`}
      </h3>
      {examples.length > 0 && <Examples preview={preview} name={label} />}
      <p class="muted">
        From {count(decisions)} {preview.source === 'decisions' ? 'decisions' : 'logged answers that name no decision'}
        {from !== null && ` from ${time(from)} to ${time(to)}`}; chances {propensities}
        {learned > 0 && `; the version may know how ${count(learned)} of them ended`}
        {policy.refused > 0 && `; without a candidate for ${count(policy.refused)}`}.
      </p>
      {notes.length > 0 && (
        <ul class="notes">
          {notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      )}
    </div>
  );
}
