import { useState } from 'preact/hooks';
import type { Schemas } from '../../../client/index.js';
import { ConfirmButton } from '../../kit/dialog.js';
import { count } from '../../kit/format.js';
import { Card, Choice, Field } from '../../kit/parts.js';
import { answered } from '../../kit/problem.js';
import { client, may } from '../../kit/session.js';

type By = keyof Schemas['ForgetRequest'];

const WAYS: readonly { value: By; label: string; hint: string }[] = [
  { value: 'query', label: 'Text', hint: 'The whole text of the query, as it came' },
  { value: 'query_hash', label: 'Hash', hint: 'SHA-256 of the text in UTF-8, 64 hexadecimal digits' },
  { value: 'tenant', label: 'Tenant', hint: 'All texts that came by keys of this tenant, whoever else posted them' },
  { value: 'before', label: 'Age', hint: 'All texts of which nothing was posted since this time' },
];

const sentences = (done: Schemas['Forgotten']): string =>
  `Forgotten: ${count(done.texts)} texts of logged queries, ${count(done.decisions)} texts of decisions, ` +
  `${count(done.errors)} texts of errors, ${count(done.comments)} comments. ` +
  (done.unlearnable > 0 ? `${count(done.unlearnable)} had no vector: the next training leaves them out.` : '');

function Asked({ by, value, onInput }: { by: By; value: string; onInput: (value: string) => void }) {
  const { label, hint } = WAYS.find((way) => way.value === by)!;
  return (
    <Field label={label} hint={hint}>
      {by === 'query' ? (
        <textarea rows={3} value={value} onInput={(event) => onInput(event.currentTarget.value)} />
      ) : (
        <input
          type={by === 'before' ? 'datetime-local' : 'text'}
          autocomplete="off"
          value={value}
          onInput={(event) => onInput(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

/** Forgets texts; what was learned of them stays. */
export function ForgetCard() {
  const [by, setBy] = useState<By>('query');
  const [value, setValue] = useState('');
  const [done, setDone] = useState('');
  if (!may('admin')) return null;
  async function forget(): Promise<void> {
    const asked = by === 'before' ? new Date(value).toISOString() : value;
    setDone(sentences(await answered(client.POST('/v1/forget', { body: { [by]: asked } }))));
    setValue('');
  }
  return (
    <Card title="Forget texts">
      <div class="stack">
        <p class="muted">
          Texts go from the log of decisions, of interactions, of errors and from comments. Hashes, scores, sums and
          vectors stay, so what was learned does. It can’t be undone.
        </p>
        <Choice label="By" options={WAYS} value={by} onChange={(way) => (setBy(way), setValue(''))} />
        <Asked by={by} value={value} onInput={setValue} />
        <div class="row">
          <ConfirmButton
            label="Forget"
            title="Forget these texts?"
            isDangerous
            isDisabled={value.trim() === ''}
            run={forget}
          >
            <p>
              {by === 'before'
                ? `All texts of which nothing was posted since ${value}`
                : `${by}: ${value.slice(0, 300)}`}
            </p>
            <p>Their texts can’t be brought back.</p>
          </ConfirmButton>
          <span role="status">{done}</span>
        </div>
      </div>
    </Card>
  );
}
