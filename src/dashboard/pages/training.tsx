import { useEffect, useState } from 'preact/hooks';
import type { PageProps } from './index.js';
import type { Schemas } from '../../client/index.js';
import { Page } from '../kit/parts.js';
import { answered, type Problem, problemFrom } from '../kit/problem.js';
import { useQuery } from '../kit/query.js';
import { hrefTo, place, setSearch } from '../kit/router.js';
import { client, may } from '../kit/session.js';
import { Empty, Failed, Loaded } from '../kit/states.js';
import { isOpen, type Job } from './training/follow.js';
import { Run } from './training/run.js';
import { Runs } from './training/runs.js';
import { ScheduleCard } from './training/schedule.js';
import { Start } from './training/start.js';
import { Version } from './training/version.js';
import { Versions } from './training/versions.js';
import './training/training.css';

/** Runs that are listed. */
const SHOWN = 50;
/** How often it is looked whether a run was started elsewhere, in milliseconds. */
const LOOK_MS = 10_000;

/** Says how one gets the first version. */
function First() {
  return (
    <Empty title="Nothing is trained yet">
      <p>Queries are routed by declared facts and mean scores until then. Import a log of what was asked, and train:</p>
      <pre>npx pointsman import models.json interactions.jsonl.gz{'\n'}npx pointsman train</pre>
      <p>
        Or post feedback as it comes (<code>POST /v1/feedback</code>), and press <em>Retrain now</em>.
      </p>
    </Empty>
  );
}

/** The run that is looked at: the one that the address names, else one that goes on. */
const lookedAt = (jobs: readonly Job[], id: string | null): Job | undefined =>
  id === null ? jobs.find(isOpen) : jobs.find(({ job_id: own }) => own === id);

function Overview() {
  const runs = useQuery(
    (signal) => answered(client.GET('/v1/jobs', { params: { query: { limit: SHOWN } }, signal })),
    [],
    { follows: ['artifacts'] },
  );
  const versions = useQuery((signal) => answered(client.GET('/v1/weights', { signal })), [], {
    follows: ['artifacts'],
  });
  const [isStarting, setStarting] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  useEffect(() => {
    const timer = setInterval(() => document.hidden || runs.reload(), LOOK_MS);
    return () => clearInterval(timer);
  }, []);

  async function start(request: Schemas['TrainRequest']): Promise<void> {
    const { job_id: job } = await answered(client.POST('/v1/retrain', { body: request }));
    setStarting(false);
    setProblem(undefined);
    setSearch({ job });
    runs.reload();
  }
  const retry = (job: Job): void => void start(job.request).catch((error: unknown) => setProblem(problemFrom(error)));

  const both = (): void => (runs.reload(), versions.reload());
  const job = lookedAt(runs.data?.jobs ?? [], place.value.search.get('job'));
  return (
    <Page
      title="Training"
      actions={
        may('admin') && (
          <button class="primary" disabled={isStarting} onClick={() => setStarting(true)}>
            Retrain now
          </button>
        )
      }
    >
      <div class="stack">
        {isStarting && <Start onStart={start} onClose={() => setStarting(false)} />}
        {problem !== undefined && <Failed problem={problem} title="Not started" />}
        {job !== undefined && <Run key={job.job_id} first={job} onEnd={both} onRetry={retry} />}
        <Loaded query={versions} rows={4}>
          {({ weights }) =>
            weights.length > 0 ? (
              <Versions weights={weights} onChange={versions.reload} />
            ) : (
              job === undefined && <First />
            )
          }
        </Loaded>
        <Loaded query={runs} rows={4}>
          {({ jobs, schedule }) => (
            <div class="grid">
              <Runs jobs={jobs} />
              <ScheduleCard schedule={schedule} onChange={runs.reload} />
            </div>
          )}
        </Loaded>
      </div>
    </Page>
  );
}

/** Runs, versions and the schedule; or the version that its address names. */
export default function TrainingPage({ parts: [version] }: PageProps) {
  return version === undefined ? (
    <Overview />
  ) : (
    <Page title={`Version ${version}`} actions={<a href={hrefTo(['training'])}>All versions</a>}>
      <Version key={version} version={version} />
    </Page>
  );
}
