import { useState } from 'preact/hooks';
import type { Schemas } from '../../../client/index.js';
import { count, time } from '../../kit/format.js';
import { Card, Field } from '../../kit/parts.js';
import { answered, type Problem, problemFrom } from '../../kit/problem.js';
import { client, may } from '../../kit/session.js';
import { Failed } from '../../kit/states.js';

type Schedule = Schemas['ScheduleAnswer'];

/** Patterns that people want most. */
const USUAL = [
  ['0 3 * * *', 'Every night at 3'],
  ['0 3 * * 1', 'Mondays at 3'],
  ['0 * * * *', 'Every hour'],
] as const;

function Form({
  schedule,
  act,
  onClose,
}: {
  schedule: Schedule | null;
  act: (ask: () => Promise<unknown>) => Promise<void>;
  onClose: () => void;
}) {
  const [pattern, setPattern] = useState(schedule?.pattern ?? USUAL[0][0]);
  const [least, setLeast] = useState(String(schedule?.min_new_interactions ?? 500));
  const body = { pattern, min_new_interactions: Number(least) };
  return (
    <form
      class="stack"
      onSubmit={(event) => (event.preventDefault(), void act(() => answered(client.PUT('/v1/schedule', { body }))))}
    >
      <Field label="When, as a cron pattern in UTC" hint="Minute, hour, day, month, weekday">
        <input class="mono" value={pattern} onInput={({ currentTarget: { value } }) => setPattern(value)} required />
      </Field>
      <div class="row tight">
        {USUAL.map(([usual, name]) => (
          <button key={usual} type="button" onClick={() => setPattern(usual)} aria-pressed={usual === pattern}>
            {name}
          </button>
        ))}
      </div>
      <Field label="At least so many new interactions" hint="With fewer since the last run, it is skipped">
        <input type="number" min="0" value={least} onInput={({ currentTarget: { value } }) => setLeast(value)} />
      </Field>
      <div class="actions">
        <button class="primary">Save</button>
        <button type="button" onClick={onClose}>
          Cancel
        </button>
      </div>
    </form>
  );
}

function Shown({ schedule }: { schedule: Schedule | null }) {
  if (schedule === null)
    return <p class="muted">None is set: it is retrained when somebody asks, or an LLM got worse.</p>;
  return (
    <dl class="facts">
      <dt>When</dt>
      <dd>
        <code>{schedule.pattern}</code> (UTC)
      </dd>
      <dt>Next</dt>
      <dd>{schedule.next_run === null ? 'once the queue is back' : time(schedule.next_run)}</dd>
      <dt>Only after</dt>
      <dd>{count(schedule.min_new_interactions)} new interactions</dd>
    </dl>
  );
}

/** When it is retrained by itself. */
export function ScheduleCard({ schedule, onChange }: { schedule: Schedule | null; onChange: () => void }) {
  const [isEdited, setEdited] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  async function act(ask: () => Promise<unknown>): Promise<void> {
    setProblem(undefined);
    try {
      await ask();
      setEdited(false);
      onChange();
    } catch (error) {
      setProblem(problemFrom(error));
    }
  }
  return (
    <Card title="Schedule" span={4}>
      <div class="stack">
        {isEdited ? (
          <Form schedule={schedule} act={act} onClose={() => setEdited(false)} />
        ) : (
          <Shown schedule={schedule} />
        )}
        {problem !== undefined && <Failed problem={problem} title="Not set" />}
        {may('admin') && !isEdited && (
          <div class="actions">
            <button onClick={() => setEdited(true)}>{schedule === null ? 'Set a schedule' : 'Change'}</button>
            {schedule !== null && (
              <button class="danger" onClick={() => void act(() => answered(client.DELETE('/v1/schedule')))}>
                Remove
              </button>
            )}
          </div>
        )}
      </div>
    </Card>
  );
}
