import { useState } from 'preact/hooks';
import type { Schemas } from '../../../client/index.js';
import { ConfirmButton } from '../../kit/dialog.js';
import { ago, count, duration, percent, score, time } from '../../kit/format.js';
import { Badge, Card, Choice, Field, Llm } from '../../kit/parts.js';
import { answered } from '../../kit/problem.js';
import { useQuery } from '../../kit/query.js';
import { client, may } from '../../kit/session.js';
import { Empty, Loaded } from '../../kit/states.js';
import { AlertSeries } from './series.js';

type Alert = Schemas['Alert'];
type State = 'open' | 'all';

const FORMATS = { score, latency: duration, error: percent } as const;
const SIGNALS = { score: 'mean score', latency: 'typical latency', error: 'share of errors' } as const;

function Resolve({ alert: { id, model, task }, onDone }: { alert: Alert; onDone: () => void }) {
  const [reason, setReason] = useState('');
  return (
    <ConfirmButton
      label="Resolve"
      name={`Resolve: ${model} on ${task}`}
      title={`Is ${model} as it should be on ${task}?`}
      run={async () => {
        const body = { reason: reason.trim() || 'resolved in the dashboard' };
        await answered(client.POST('/v1/alerts/{id}/resolve', { params: { path: { id } }, body }));
        onDone();
      }}
    >
      <p>What it does now is its usual from here on, and its scores are no longer lowered for the change.</p>
      <Field label="Why">
        <input value={reason} onInput={(event) => setReason(event.currentTarget.value)} />
      </Field>
    </ConfirmButton>
  );
}

function OneAlert({ alert, onDone }: { alert: Alert; onDone: () => void }) {
  const format = FORMATS[alert.signal];
  const isOpen = alert.resolved_at === null;
  return (
    <Card
      span={6}
      title={<Llm id={alert.model} />}
      aside={
        <Badge tone={isOpen ? 'bad' : alert.direction === 'better' ? 'good' : 'info'}>
          {isOpen ? 'open' : alert.resolution}
        </Badge>
      }
    >
      <div class="stack">
        <p>
          On {alert.by} <strong>{alert.task}</strong>, its {SIGNALS[alert.signal]} went from{' '}
          <strong>{format(alert.before)}</strong> to <strong>{format(alert.after)}</strong>.
        </p>
        <AlertSeries alert={alert} name={SIGNALS[alert.signal]} format={format} />
        <dl class="facts">
          <dt>Changed</dt>
          <dd>{time(alert.since)}</dd>
          <dt>Confirmed</dt>
          <dd>
            {ago(alert.at)}, after {count(alert.observations)} answers ({alert.evidence.toFixed(1)} nats)
          </dd>
          {!isOpen && (
            <>
              <dt>Resolved</dt>
              <dd>
                {ago(alert.resolved_at)}
                {alert.reason !== null && `: ${alert.reason}`}
              </dd>
            </>
          )}
        </dl>
        {isOpen && may('admin') && (
          <div>
            <Resolve alert={alert} onDone={onDone} />
          </div>
        )}
      </div>
    </Card>
  );
}

/** Which LLMs changed on a task or kind. */
export function Alerts() {
  const [state, setState] = useState<State>('open');
  const alerts = useQuery(
    (signal) => answered(client.GET('/v1/alerts', { params: { query: { state, limit: 50 } }, signal })),
    [state],
    { follows: ['alerts'] },
  );
  return (
    <Card
      title="Drift"
      aside={
        <Choice
          label="Alerts"
          options={[
            { value: 'open', label: 'Open' },
            { value: 'all', label: 'All' },
          ]}
          value={state}
          onChange={setState}
        />
      }
    >
      <Loaded query={alerts}>
        {({ alerts: found }) =>
          found.length === 0 ? (
            <Empty title={state === 'open' ? 'No LLM got worse' : 'No LLM changed yet'}>
              <p>Feedback is watched for changes of score, latency and errors.</p>
            </Empty>
          ) : (
            <div class="grid">
              {found.map((alert) => (
                <OneAlert key={alert.id} alert={alert} onDone={alerts.reload} />
              ))}
            </div>
          )
        }
      </Loaded>
    </Card>
  );
}
