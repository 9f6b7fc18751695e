import { ago, duration, time } from '../../kit/format.js';
import { Badge, Card } from '../../kit/parts.js';
import { hrefTo } from '../../kit/router.js';
import { Empty } from '../../kit/states.js';
import { Table, type Column } from '../../kit/table.js';
import type { Job } from './follow.js';
import { StateBadge } from './run.js';

const TRIGGERS: Readonly<Record<Job['trigger'], string>> = {
  request: 'asked for',
  schedule: 'schedule',
  drift: 'an LLM got worse',
};

function outcomeOf({ result, error }: Job) {
  if (error !== null) return <span class="text-bad excerpt">{error}</span>;
  if (result === null) return <span class="muted">–</span>;
  return (
    <span class="row tight">
      <a href={hrefTo(['training', result.version])}>
        <code>{result.version}</code>
      </a>
      <Badge tone={result.activated ? 'good' : 'warn'}>{result.activated ? 'in force' : 'not activated'}</Badge>
    </span>
  );
}

const COLUMNS: readonly Column<Job>[] = [
  { name: 'Began', cell: ({ created_at: at }) => <span title={time(at)}>{ago(at)}</span>, by: (job) => job.created_at },
  { name: 'By', cell: ({ trigger }) => TRIGGERS[trigger] },
  { name: 'State', cell: (job) => <StateBadge state={job.state} />, by: ({ state }) => state },
  {
    name: 'Took',
    cell: ({ result }) => (result === null ? '–' : duration(1000 * result.seconds)),
    by: ({ result }) => result?.seconds ?? null,
    isNumber: true,
    isWideOnly: true,
  },
  { name: 'Outcome', cell: outcomeOf },
];

/** Runs, newest first; each leads to what it says. */
export function Runs({ jobs }: { jobs: readonly Job[] }) {
  return (
    <Card title="Runs" span={8} aside="The newest 50">
      {jobs.length === 0 ? (
        <Empty title="No run yet">
          Runs of <code>pointsman train</code> on the command line are not listed; their versions are.
        </Empty>
      ) : (
        <Table
          label="Runs"
          columns={COLUMNS}
          rows={jobs}
          keyOf={({ job_id: id }) => id}
          hrefOf={({ job_id: id }) => hrefTo(['training'], { job: id })}
        />
      )}
    </Card>
  );
}
