import type { ComponentChildren } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { Problem, problemFrom, type Issue } from '../problem.js';
import { Form, type Suggestions } from './context.js';
import { Properties } from './fields.js';
import { resolve, type BodySchema, type JsonObject, type JsonSchema } from './schema.js';

/** Fields that stand together. */
export interface FieldGroup {
  title: string;
  fields: readonly string[];
  /** Whether they are seen at first; those in use always are. */
  isOpen?: boolean;
}

export interface SchemaFormProps {
  body: BodySchema;
  /** What it begins with. Where this changes, what was not changed here follows. */
  initial: JsonObject;
  /** What the button that sends it says. */
  submit: string;
  /** Sends it; a {@link Problem} is told at the fields that it names. */
  onSubmit: (value: JsonObject) => Promise<void>;
  /** Told at each change. */
  onChange?: (value: JsonObject) => void;
  suggestions?: Suggestions;
  isReadOnly?: boolean;
  /** Whether hints are left out. */
  isBrief?: boolean;
  /** Whether it may be sent as it began. */
  isNew?: boolean;
  groups?: readonly FieldGroup[];
  actions?: ComponentChildren;
}

interface Sent {
  problem?: Problem;
  isSaved?: boolean;
}

/** What is still wrong once a value is another: what was said of a field that changed is past. */
function remaining(problem: Problem | undefined, before: JsonObject, now: JsonObject): Sent {
  const issues = problem?.issues.filter(({ field }) => {
    const [name = ''] = field.split(/[.[]/);
    return before[name] === now[name];
  });
  if (problem === undefined || issues === undefined || issues.length === 0) return {};
  if (issues.length === problem.issues.length) return { problem };
  const message = issues.map(({ field, expected, received }) => `${field}: expected ${expected}, got ${received}`);
  return { problem: new Problem(problem.code, problem.status, message.join('; '), issues) };
}

/** A form made of the JSON schema of what an operation takes. The service checks what it is told. */
export function SchemaForm(props: SchemaFormProps) {
  const {
    body,
    initial,
    onSubmit,
    onChange,
    suggestions = {},
    isReadOnly = false,
    isBrief = false,
    isNew = false,
  } = props;
  const [base, setBase] = useState(initial);
  const [value, setValue] = useState(initial);
  const [sent, setSent] = useState<Sent>({});
  const [isBusy, setBusy] = useState(false);
  const [refusals, setRefusals] = useState(0);
  // Fields keep what is typed: they are made anew where the whole is another.
  const [round, setRound] = useState(0);
  const form = useRef<HTMLFormElement>(null);
  const isChanged = JSON.stringify(value) !== JSON.stringify(base);
  const isElsewhere = JSON.stringify(initial) !== JSON.stringify(base);

  function begin(from: JsonObject): void {
    setBase(from);
    setValue(from);
    setRound((count) => count + 1);
    onChange?.(from);
  }
  useEffect(() => {
    if (isElsewhere && !isChanged) begin(initial);
  }, [JSON.stringify(initial)]);

  async function send(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (isBusy) return;
    setBusy(true);
    setSent({});
    try {
      await onSubmit(value);
      setBase(value);
      setSent({ isSaved: true });
    } catch (error) {
      setSent({ problem: problemFrom(error) });
      setRefusals((count) => count + 1);
    }
    setBusy(false);
  }
  useEffect(() => focusFirst(form.current), [refusals]);

  const schema = useMemo(() => resolve(body.schema, body.schemas), [body]);
  const issues = sent.problem?.issues ?? [];
  return (
    <Form.Provider value={{ schemas: body.schemas, issues, suggestions, isReadOnly, isBrief }}>
      <form class="stack" noValidate ref={form} onSubmit={(event) => void send(event)}>
        {isElsewhere && isChanged && <Changed onTake={() => begin(initial)} />}
        <Groups
          key={round}
          groups={props.groups}
          schema={schema}
          value={value}
          onChange={(next) => {
            setValue(next);
            setSent(({ problem }) => remaining(problem, value, next));
            onChange?.(next);
          }}
        />
        {sent.problem !== undefined && <Refused problem={sent.problem} />}
        {!isReadOnly && (
          <div class="row">
            <button type="submit" class="primary" disabled={isBusy || (!isChanged && !isNew)}>
              {isBusy ? 'One moment…' : props.submit}
            </button>
            {isChanged && (
              <button type="button" onClick={() => (begin(base), setSent({}))}>
                Undo changes
              </button>
            )}
            {props.actions}
            <span role="status" class="text-good">
              {sent.isSaved === true && !isChanged ? 'Saved' : ''}
            </span>
          </div>
        )}
      </form>
    </Form.Provider>
  );
}

function Changed({ onTake }: { onTake: () => void }) {
  return (
    <div class="notice warn" role="status">
      <p>Somebody changed these since you began. Saving puts yours in their place.</p>
      <button type="button" onClick={onTake}>
        Take theirs
      </button>
    </div>
  );
}

/** Who sends what is not right is taken to the first field that is not. */
function focusFirst(form: HTMLFormElement | null): void {
  const wrong = form?.querySelector<HTMLElement>('[aria-invalid], fieldset[tabindex]');
  wrong?.closest('details')?.setAttribute('open', '');
  wrong?.focus();
}

const countOf = (issues: readonly Issue[]): string => (issues.length === 1 ? 'One field' : `${issues.length} fields`);

function Refused({ problem }: { problem: Problem }) {
  const { issues } = problem;
  return (
    <div class="notice bad" role="alert">
      <div>
        <strong>{issues.length > 0 ? `${countOf(issues)} not as expected` : 'Not done'}</strong>
        <p>{problem.message}</p>
      </div>
    </div>
  );
}

interface GroupsProps {
  schema: JsonSchema;
  value: JsonObject;
  onChange: (value: JsonObject) => void;
  groups: readonly FieldGroup[] | undefined;
}

/** Fields in groups, those that no group names first. */
function Groups({ groups = [], ...shared }: GroupsProps) {
  const grouped = new Set(groups.flatMap(({ fields }) => fields));
  const names = Object.keys(shared.schema.properties ?? {});
  return (
    <>
      <Properties {...shared} path="" only={names.filter((name) => !grouped.has(name))} />
      {groups.map((group) => (
        <Group key={group.title} {...group} {...shared} />
      ))}
    </>
  );
}

function Group({ title, fields, isOpen = false, ...shared }: FieldGroup & Omit<GroupsProps, 'groups'>) {
  const used = fields.filter((name) => shared.value[name] !== undefined).length;
  // As it began: it does not close while somebody empties its fields.
  const [open] = useState(isOpen || used > 0);
  return (
    <details class="group" open={open}>
      <summary>
        {title}
        {used > 0 && <span class="muted"> · {used} set</span>}
      </summary>
      <Properties {...shared} path="" only={fields} />
    </details>
  );
}
