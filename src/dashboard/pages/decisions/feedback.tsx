import { useState } from 'preact/hooks';
import type { Schemas } from '../../../client/index.js';
import { score } from '../../kit/format.js';
import { Choice, Field } from '../../kit/parts.js';
import { answered, Problem, problemFrom } from '../../kit/problem.js';
import { client, may } from '../../kit/session.js';
import { Failed } from '../../kit/states.js';

type Thumb = 'up' | 'down' | 'none';

const THUMBS = [
  { value: 'up', label: 'Good' },
  { value: 'down', label: 'Bad' },
  { value: 'none', label: 'No thumb' },
] as const;

/** What somebody says of an answer; what they leave out is not said. */
interface Opinion {
  thumb: Thumb;
  score: number | undefined;
  comment: string;
  corrected: string;
}

const NOTHING: Opinion = { thumb: 'none', score: undefined, comment: '', corrected: '' };

function bodyOf(id: string, { thumb, score: given, comment, corrected }: Opinion): Schemas['OpinionFeedback'] {
  return {
    decision_id: id,
    ...(thumb !== 'none' && { thumb }),
    ...(given !== undefined && { score: given }),
    ...(comment.trim() !== '' && { comment }),
    ...(corrected !== '' && { corrected }),
  };
}

function ScoreField({ value, onChange }: { value: number | undefined; onChange: (value: number | undefined) => void }) {
  return (
    <Field label="Score" hint={value === undefined ? 'not said' : score(value)}>
      <input
        type="range"
        min={0}
        max={1}
        step={0.05}
        value={value ?? 0.5}
        aria-valuetext={value === undefined ? 'not said' : score(value)}
        onInput={(event) => onChange(event.currentTarget.valueAsNumber)}
      />
    </Field>
  );
}

/** Says what came of a decision. */
export function GiveFeedback({ id, onGiven }: { id: string; onGiven: () => void }) {
  const [opinion, setOpinion] = useState(NOTHING);
  const [state, setState] = useState<'ready' | 'sending' | 'given' | Problem>('ready');
  const change = (part: Partial<Opinion>): void => {
    setOpinion({ ...opinion, ...part });
    setState('ready');
  };
  const body = bodyOf(id, opinion);
  const isEmpty = Object.keys(body).length === 1;

  async function send(): Promise<void> {
    setState('sending');
    try {
      await answered(client.POST('/v1/feedback', { body }));
      setOpinion(NOTHING);
      setState('given');
      onGiven();
    } catch (error) {
      setState(problemFrom(error));
    }
  }

  if (!may('feedback')) return <p class="muted">The key may not give feedback: it has not the scope feedback.</p>;
  return (
    <form
      class="feedback"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <Choice label="Thumb" options={THUMBS} value={opinion.thumb} onChange={(thumb) => change({ thumb })} />
      <ScoreField value={opinion.score} onChange={(given) => change({ score: given })} />
      <Field label="Comment">
        <textarea
          rows={2}
          maxLength={4000}
          value={opinion.comment}
          onInput={(event) => change({ comment: event.currentTarget.value })}
        />
      </Field>
      <Field label="The answer as it should have been">
        <textarea
          rows={3}
          maxLength={100_000}
          value={opinion.corrected}
          onInput={(event) => change({ corrected: event.currentTarget.value })}
        />
      </Field>
      {state instanceof Problem && <Failed problem={state} />}
      <div class="row">
        <button type="submit" class="primary" disabled={isEmpty || state === 'sending'}>
          Give feedback
        </button>
        <span role="status" class="text-good">
          {state === 'given' ? 'Stored: it counts from now on.' : ''}
        </span>
      </div>
    </form>
  );
}
