import { useState } from 'preact/hooks';
import type { Schemas } from '../../../client/index.js';
import { ConfirmButton } from '../../kit/dialog.js';
import { Field } from '../../kit/parts.js';
import { answered } from '../../kit/problem.js';
import { hrefTo } from '../../kit/router.js';
import { client } from '../../kit/session.js';
import { candidateWords, isOver } from './experiment-words.js';

type Status = Schemas['ExperimentStatus'];
type Action = 'promote' | 'rollback' | 'pause' | 'resume' | 'end';

interface Offered {
  action: Action;
  label: string;
  about: string;
  isDangerous?: boolean;
}

const whole = ({ body }: Status): string =>
  body.kind === 'ab' ? 'the arm that is chosen' : candidateWords(body.candidate);

/** What may be done with an experiment where it is. */
function offeredOf(status: Status): Offered[] {
  const { state, kind, of } = status;
  const traffic = of === null ? 'all policies' : `policy ${of}`;
  const offered: (Offered | false)[] = [
    state !== 'promoted' &&
      state !== 'rolled_back' && {
        action: 'promote',
        label: 'Promote',
        about: `Puts it in force for ${traffic}: ${whole(status)}. What ${traffic} said before is replaced.`,
      },
    state === 'running' && {
      action: 'pause',
      label: 'Pause',
      about: 'What is in force decides; feedback on earlier decisions goes on counting.',
    },
    state === 'paused' && {
      action: 'resume',
      label: 'Resume',
      about: 'It goes on. Each conversation or key has the arm that it had.',
    },
    kind === 'canary' &&
      !isOver(state) && {
        action: 'rollback',
        label: 'Roll back',
        about: 'What is in force decides all of its queries again.',
        isDangerous: true,
      },
    !isOver(state) && { action: 'end', label: 'End', about: 'What is in force decides again; its results stay.' },
  ];
  return offered.filter((one) => one !== false);
}

async function act(name: string, action: Action, body: Schemas['PromotionAsked']): Promise<void> {
  const options = { params: { path: { name } }, body };
  await answered(client.POST(`/v1/experiments/{name}/${action}`, options));
}

export function ExperimentActions({ status, onDone }: { status: Status; onDone: () => void }) {
  const { name, body } = status;
  const [why, setWhy] = useState('');
  const arms = body.kind === 'ab' ? body.arms.map((arm) => arm.name) : [];
  const [arm, setArm] = useState(arms.at(-1) ?? '');
  const [path] = useState({ params: { path: { name } } });
  return (
    <>
      {offeredOf(status).map(({ action, label, about, isDangerous = false }) => (
        <ConfirmButton
          key={action}
          label={label}
          title={`${label} ${name}?`}
          isDangerous={isDangerous}
          run={async () => {
            const isOfArm = action === 'promote' && arms.length > 0;
            await act(name, action, { ...(why.trim() !== '' && { why: why.trim() }), ...(isOfArm && { arm }) });
            setWhy('');
            onDone();
          }}
        >
          <p>{about}</p>
          {action === 'promote' && arms.length > 0 && (
            <Field label="Arm">
              <select value={arm} onChange={(event) => setArm(event.currentTarget.value)}>
                {arms.map((one) => (
                  <option key={one} value={one}>
                    {one}
                  </option>
                ))}
              </select>
            </Field>
          )}
          <Field label="Why" hint="Kept in its history; may be left out">
            <input value={why} onInput={(event) => setWhy(event.currentTarget.value)} />
          </Field>
        </ConfirmButton>
      ))}
      <ConfirmButton
        label="Remove"
        title={`Remove ${name} with its results?`}
        isDangerous
        run={async () => {
          await answered(client.DELETE('/v1/experiments/{name}', path));
          location.hash = hrefTo(['policies', 'experiments']);
        }}
      >
        <p>Its results are gone for good.{!isOver(status.state) && ' It ends, and what is in force decides again.'}</p>
      </ConfirmButton>
    </>
  );
}
