import { Chart } from '../../kit/chart.js';
import { themeColour } from '../../kit/colours.js';
import { duration, percent, time } from '../../kit/format.js';
import { Badge, Card, type Tone } from '../../kit/parts.js';
import { hrefTo } from '../../kit/router.js';
import { may } from '../../kit/session.js';
import { isOpen, useJob, type Job } from './follow.js';
import { Gate } from './gate.js';

const TONES: Readonly<Record<Job['state'], Tone>> = {
  waiting: 'info',
  active: 'info',
  completed: 'good',
  failed: 'bad',
};
const NAMES: Readonly<Record<Job['state'], string>> = {
  waiting: 'waiting',
  active: 'running',
  completed: 'done',
  failed: 'failed',
};
const PHASES = [
  ['snapshot', 'Read'],
  ['encode', 'Encode'],
  ['train', 'Train'],
  ['evaluate', 'Compare'],
  ['write', 'Write'],
] as const;

export const StateBadge = ({ state }: Pick<Job, 'state'>) => <Badge tone={TONES[state]}>{NAMES[state]}</Badge>;

/** How far a run is: a bar, its phases, and what it says. */
function Progress({ job }: { job: Job }) {
  const fraction = job.progress?.fraction ?? 0;
  return (
    <div class="stack tight" aria-live="polite">
      <div
        class="progress"
        role="progressbar"
        aria-label="How far the run is"
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(100 * fraction)}
      >
        <span style={{ width: `${100 * fraction}%` }} />
      </div>
      <ol class="phases">
        {PHASES.map(([phase, name]) => (
          <li key={phase} aria-current={phase === job.progress?.phase ? 'step' : undefined}>
            {name}
          </li>
        ))}
      </ol>
      <p>
        {percent(fraction)} · {job.progress?.message ?? 'It starts once a worker is free.'}
      </p>
    </div>
  );
}

/** The loss of each epoch, as it comes. */
function Losses({ job: { progress } }: { job: Job }) {
  const losses = progress?.losses ?? [];
  const last = losses.at(-1);
  if (last === undefined) return null;
  return (
    <Chart
      label={`Loss by epoch: ${last.loss.toFixed(4)} at epoch ${last.epoch} of ${progress?.epochs}`}
      x={losses.map(({ epoch }) => epoch)}
      isTime={false}
      xName="epoch"
      height={200}
      format={(loss) => loss.toFixed(3)}
      series={[{ name: 'loss', values: losses.map(({ loss }) => loss), colour: themeColour('--accent') }]}
    />
  );
}

/** What may help after a failure. */
function adviceOn(error: string): string {
  if (/no (LLM|interaction|score|preference)|None of the answers/i.test(error))
    return 'There is nothing to learn from yet. Import a log (npx pointsman import …), or post scores; then retrain.';
  if (/loss of step|diverged/i.test(error))
    return 'The training did not settle. Retrain with another seed; if that fails too, look for unusual scores.';
  if (/memory|SIGKILL|heap/i.test(error))
    return 'The training process was ended, mostly for want of memory. Give it more, or keep fewer interactions.';
  if (/encoder/i.test(error))
    return 'The encoder did not answer. Check its settings (npx pointsman doctor), then retry.';
  return 'The service’s log says more. What serves stays in force; retrying does no harm.';
}

function Failure({ job, onRetry }: { job: Job; onRetry: (job: Job) => void }) {
  const error = job.error ?? 'It said nothing.';
  return (
    <div class="notice bad" role="alert">
      <div>
        <strong>The run failed</strong>
        <p>{error}</p>
        <p>{adviceOn(error)}</p>
      </div>
      {may('admin') && <button onClick={() => onRetry(job)}>Retry</button>}
    </div>
  );
}

function Result({ result }: { result: NonNullable<Job['result']> }) {
  return (
    <div class="stack">
      <dl class="facts">
        <dt>Version</dt>
        <dd>
          <a href={hrefTo(['training', result.version])}>
            <code>{result.version}</code>
          </a>{' '}
          {!result.created && <Badge>made before</Badge>}
        </dd>
        <dt>Outcome</dt>
        <dd>
          <Badge tone={result.activated ? 'good' : 'warn'}>{result.activated ? 'in force' : 'not activated'}</Badge>
          &nbsp;
          {result.reason}
        </dd>
        <dt>Took</dt>
        <dd>
          {duration(1000 * result.seconds)}, {result.peak_memory_mb} MiB, {result.backend}
        </dd>
      </dl>
      <Gate comparison={result.comparison} metrics={result.metrics} />
    </div>
  );
}

/** One run: live while it goes, then what came of it. */
export function Run({ first, onEnd, onRetry }: { first: Job; onEnd: () => void; onRetry: (job: Job) => void }) {
  const job = useJob(first, onEnd);
  const asked = Object.entries(job.request).map(([name, value]) => `${name.replaceAll('_', ' ')} ${String(value)}`);
  return (
    <Card
      title={`Run of ${time(job.created_at)}`}
      aside={
        <span class="row">
          {asked.length > 0 && <span>{asked.join(', ')}</span>}
          <StateBadge state={job.state} />
        </span>
      }
    >
      <div class="stack">
        {isOpen(job) && <Progress job={job} />}
        {job.state === 'failed' && <Failure job={job} onRetry={onRetry} />}
        <Losses job={job} />
        {job.result !== null && <Result result={job.result} />}
      </div>
    </Card>
  );
}
