import { useState } from 'preact/hooks';
import type { Schemas } from '../../../client/index.js';
import { Card, Choice } from '../../kit/parts.js';
import { answered, type Issue, type Problem, problemFrom } from '../../kit/problem.js';
import { client } from '../../kit/session.js';
import { Failed } from '../../kit/states.js';
import { FACTS, FactField, JsonField, readJson, Wrong } from './facts-form.js';

type Declared = Schemas['LlmProfile'];
type Facts = Record<string, unknown>;

const WAYS = [
  { value: 'form', label: 'Form' },
  { value: 'json', label: 'All facts, as JSON' },
] as const;

export interface EditorProps {
  /** What is declared now; null for a new LLM. */
  declared: Declared | null;
  onClose: () => void;
  onSaved: (id: string) => void;
}

/** Issues of the facts that have no field of their own in the form, and of those within others. */
const unplaced = (issues: readonly Issue[]): Issue[] =>
  issues.filter(({ field }) => field !== 'id' && !FACTS.some(({ name }) => name === field));

/** What is declared of an LLM, to change: the usual facts in a form, all of them as JSON. */
export function Editor({ declared, onClose, onSaved }: EditorProps) {
  const { id: known = '', ...before } = declared ?? ({} as Partial<Declared>);
  const [id, setId] = useState<string>(known);
  const [facts, setFacts] = useState<Facts>(before);
  const [text, setText] = useState(JSON.stringify(before, null, 2));
  const [way, setWay] = useState<'form' | 'json'>('form');
  const [problem, setProblem] = useState<Problem>();
  const [isBusy, setBusy] = useState(false);

  /** The facts as they are written now. Throws a `Problem` where the text is no JSON. */
  const written = (): Facts => (way === 'json' ? readJson(text) : facts);

  function change(to: 'form' | 'json'): void {
    try {
      const own = written();
      setFacts(own);
      setText(JSON.stringify(own, null, 2));
      setWay(to);
      setProblem(undefined);
    } catch (error) {
      setProblem(problemFrom(error));
    }
  }

  async function save(event: Event): Promise<void> {
    event.preventDefault();
    setBusy(true);
    setProblem(undefined);
    try {
      const body = written() as Schemas['LlmProfileBody'];
      await answered(client.PUT('/v1/models/{id}', { params: { path: { id } }, body }));
      onSaved(id);
    } catch (error) {
      setProblem(problemFrom(error));
    }
    setBusy(false);
  }

  const issues = problem?.issues ?? [];
  const issueOf = (field: string): Issue | undefined => issues.find((one) => one.field === field);
  const elsewhere = way === 'form' ? unplaced(issues) : issues.filter(({ field }) => field !== 'id');
  return (
    <Card
      title={declared === null ? 'Add an LLM' : 'Declared facts'}
      aside={<Choice label="How to edit" options={WAYS} value={way} onChange={change} />}
    >
      <form class="stack" onSubmit={(event) => void save(event)} noValidate>
        {declared === null && (
          <FactField
            fact={{ name: 'id', label: 'Id', hint: 'What your calls name it, such as openai/gpt-5-mini' }}
            value={id}
            issue={issueOf('id')}
            onChange={(value) => setId(String(value ?? ''))}
          />
        )}
        {way === 'form' ? (
          <div class="fields top">
            {FACTS.map((fact) => (
              <FactField
                key={fact.name}
                fact={fact}
                value={facts[fact.name]}
                issue={issueOf(fact.name)}
                onChange={(value) => setFacts({ ...facts, [fact.name]: value })}
              />
            ))}
          </div>
        ) : (
          <JsonField text={text} issues={elsewhere} onChange={setText} />
        )}
        {way === 'form' && elsewhere.map((issue) => <Wrong key={issue.field} issue={issue} named />)}
        {problem !== undefined && issues.length === 0 && <Failed problem={problem} title="Not saved" />}
        {issues.length > 0 && (
          <p class="text-bad" role="alert">
            Not saved: {issues.length === 1 ? 'one field is' : `${issues.length} fields are`} wrong.
          </p>
        )}
        <p class="muted">
          Prices count at once; the rest of an LLM that was trained on counts at the next training. What is left out is
          learned.
        </p>
        <div class="actions">
          <button class="primary" disabled={isBusy || id === ''}>
            {isBusy ? 'Saving …' : 'Save'}
          </button>
          <button type="button" onClick={onClose}>
            Cancel
          </button>
        </div>
      </form>
    </Card>
  );
}
