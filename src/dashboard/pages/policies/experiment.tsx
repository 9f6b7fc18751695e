import type { Schemas } from '../../../client/index.js';
import { count, percent, time } from '../../kit/format.js';
import { Card, Figure, Share } from '../../kit/parts.js';
import { answered } from '../../kit/problem.js';
import { useQuery } from '../../kit/query.js';
import { client, may } from '../../kit/session.js';
import { Loaded } from '../../kit/states.js';
import { Arms, Comparisons } from './arms.js';
import { Disagreements } from './disagreements.js';
import { ExperimentActions } from './experiment-actions.js';
import { candidateWords, KINDS } from './experiment-words.js';
import { StateBadge } from './experiments.js';
import { ShadowView } from './shadow.js';

type Status = Schemas['ExperimentStatus'];

function CanarySteps({ status: { body, step, step_answers: answers, state } }: { status: Status }) {
  if (body.kind !== 'canary' || step === null) return null;
  const now = body.steps[step - 1];
  return (
    <>
      <Figure
        label="Step"
        value={`${step} of ${body.steps.length}`}
        note={now && `${percent(now.share)} of its units`}
      />
      {now !== undefined && state === 'running' && (
        <Figure
          label="Answers in this step"
          value={count(answers)}
          note={
            <>
              <Share value={(answers ?? 0) / now.answers} /> of {count(now.answers)}
            </>
          }
        />
      )}
    </>
  );
}

function Facts({ status }: { status: Status }) {
  const { body, of, started_at: began, ended_at: ended } = status;
  return (
    <dl class="facts">
      {body.kind === 'ab' ? (
        body.arms.map((arm) => (
          <>
            <dt>{arm.name}</dt>
            <dd>
              {candidateWords(arm)}, share {arm.share}
            </dd>
          </>
        ))
      ) : (
        <>
          <dt>Candidate</dt>
          <dd>{candidateWords(body.candidate)}</dd>
        </>
      )}
      <dt>Whose queries</dt>
      <dd>{of === null ? 'all' : `those of policy ${of}`}</dd>
      {body.kind !== 'shadow' && (
        <>
          <dt>Held together</dt>
          <dd>all queries of a {body.unit}</dd>
        </>
      )}
      {body.kind === 'canary' && (
        <>
          <dt>Promoted</dt>
          <dd>{body.promote === 'auto' ? 'by itself, once the tests say that it is not worse' : 'by somebody'}</dd>
        </>
      )}
      <dt>Began</dt>
      <dd>{time(began)}</dd>
      {ended !== null && (
        <>
          <dt>Ended</dt>
          <dd>{time(ended)}</dd>
        </>
      )}
      {body.until !== undefined && (
        <>
          <dt>Ends by itself</dt>
          <dd>{time(body.until)}</dd>
        </>
      )}
    </dl>
  );
}

function Head({ status, onDone }: { status: Status; onDone: () => void }) {
  const { name, kind, state, why, idle, share, body } = status;
  return (
    <Card title={`Experiment ${name}`} aside={KINDS[kind].about}>
      <div class="stack">
        <div class="row">
          <StateBadge state={state} />
          <span>{KINDS[kind].name}</span>
          <span class="muted break">{why}</span>
        </div>
        {idle !== null && <p class="notice warn">It runs and decides nothing: {idle}</p>}
        {body.description !== undefined && <p class="break">{body.description}</p>}
        {kind !== 'ab' && (
          <div class="figures">
            <Figure label="The candidate has" value={share === null ? 'nothing' : percent(share)} />
            <CanarySteps status={status} />
          </div>
        )}
        <Facts status={status} />
        {may('admin') && (
          <div class="row">
            <ExperimentActions status={status} onDone={onDone} />
          </div>
        )}
      </div>
    </Card>
  );
}

function History({ status: { history } }: { status: Status }) {
  return (
    <Card title="History">
      <ol class="history">
        {history.toReversed().map(({ at, state, step, why }) => (
          <li key={`${at}${state}${step}`}>
            <span class="muted">{time(at)}</span> <StateBadge state={state} />{' '}
            {step !== null && <span>step {step}</span>} <span class="break">{why}</span>
          </li>
        ))}
      </ol>
    </Card>
  );
}

/** One experiment with its results. */
export function ExperimentView({ name }: { name: string }) {
  const query = useQuery(
    (signal) => answered(client.GET('/v1/experiments/{name}', { params: { path: { name } }, signal })),
    [name],
    { follows: ['experiments', 'decisions', 'feedback'], pauseMs: 5_000 },
  );
  return (
    <Loaded query={query} rows={8}>
      {(status) => (
        <div class="grid">
          <Head status={status} onDone={query.reload} />
          {status.arms.length > 0 && (
            <Card title="Arms">
              <Arms arms={status.arms} />
            </Card>
          )}
          {status.comparisons.length > 0 && (
            <Card title="What the sequential test says">
              <Comparisons comparisons={status.comparisons} />
            </Card>
          )}
          {status.shadow !== null && (
            <Card title="What it came to">
              <ShadowView results={status.shadow} />
            </Card>
          )}
          {status.kind === 'shadow' && <Disagreements name={name} />}
          <History status={status} />
        </div>
      )}
    </Loaded>
  );
}
