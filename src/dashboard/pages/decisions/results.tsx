import type { Schemas } from '../../../client/index.js';
import { duration, score, time, usd } from '../../kit/format.js';
import { Badge, Llm } from '../../kit/parts.js';
import { Table, type Column } from '../../kit/table.js';

type Detail = Schemas['DecisionDetail'];
type Outcome = Schemas['Outcome'];

const COLUMNS: readonly Column<Outcome>[] = [
  {
    name: 'What',
    cell: ({ signal, error, source }) => (
      <>
        {error === null ? (signal ?? 'answer') : <Badge tone="bad">{error}</Badge>}
        {source !== undefined && <span class="muted"> by {source}</span>}
      </>
    ),
  },
  {
    name: 'Score',
    cell: ({ score: value, weight }) => (
      <>
        {score(value)}
        {weight !== undefined && <span class="muted"> × {weight}</span>}
      </>
    ),
    isNumber: true,
  },
  { name: 'LLM', cell: ({ model }) => <Llm id={model} /> },
  { name: 'Cost', cell: ({ cost_usd: cost }) => usd(cost), isNumber: true, isWideOnly: true },
  { name: 'Latency', cell: ({ latency_ms: latency }) => duration(latency), isNumber: true, isWideOnly: true },
  { name: 'When', cell: ({ at }) => time(at), isWideOnly: true },
];

/** What came of a decision: outcomes and signals, and what people wrote. */
export function Results({ outcomes, comments }: Pick<Detail, 'outcomes' | 'comments'>) {
  if (outcomes.length === 0 && comments.length === 0) return <p class="muted">Nobody told how it went yet.</p>;
  return (
    <div class="stack">
      {outcomes.length > 0 && (
        <Table
          label="Outcomes and signals"
          columns={COLUMNS}
          rows={outcomes}
          keyOf={(one) => String(outcomes.indexOf(one))}
        />
      )}
      {comments.length > 0 && (
        <ul class="list comments">
          {comments.map(({ at, kind, text }, i) => (
            <li key={i}>
              <span class="muted">
                {kind === 'comment' ? 'Comment' : 'The answer as it should have been'}, {time(at)}
              </span>
              <blockquote>{text}</blockquote>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

const stepColumns: readonly Column<Schemas['StepReport'] & { place: number }>[] = [
  { name: 'Step', cell: ({ place }) => place, isNumber: true },
  {
    name: 'LLM',
    cell: ({ model }) => (model === undefined ? <span class="muted">the next</span> : <Llm id={model} />),
  },
  {
    name: 'Went',
    cell: ({ score: value, ok, error }) =>
      error !== undefined ? (
        <Badge tone="bad">{error}</Badge>
      ) : value !== undefined ? (
        `score ${score(value)}`
      ) : (
        <Badge tone={ok === true ? 'good' : 'bad'}>{ok === true ? 'good' : 'not good'}</Badge>
      ),
  },
  { name: 'Cost', cell: ({ cost_usd: cost }) => usd(cost), isNumber: true },
  { name: 'Latency', cell: ({ latency_ms: latency }) => duration(latency), isNumber: true },
];

/** How the steps of a cascade went. */
export function CascadeSteps({ cascade }: { cascade: NonNullable<Detail['cascade']> }) {
  const { request, reports } = cascade;
  return (
    <div class="stack">
      <p class="muted">
        {request.max_steps} LLMs at most
        {request.quality !== undefined && `, until an expected score of ${score(request.quality)}`}
        {request.max_cost_usd !== undefined && `, for ${usd(request.max_cost_usd)} at most`}
      </p>
      {reports.length === 0 ? (
        <p class="muted">No step was reported yet.</p>
      ) : (
        <Table
          label="Steps of the cascade"
          columns={stepColumns}
          rows={reports.map((report, i) => ({ ...report, place: i + 1 }))}
          keyOf={({ place }) => String(place)}
        />
      )}
    </div>
  );
}
