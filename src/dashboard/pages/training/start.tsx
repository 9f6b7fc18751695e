import { useState } from 'preact/hooks';
import type { Schemas } from '../../../client/index.js';
import { Card, Field } from '../../kit/parts.js';
import { type Problem, problemFrom } from '../../kit/problem.js';
import { Failed } from '../../kit/states.js';

type Request = Schemas['TrainRequest'];
type Option = readonly [value: string, label: string];

const ACTIVATIONS: readonly Option[] = [
  ['', 'As the service was started'],
  ['gate', 'At once, if the gate lets it through'],
  ['canary', 'By a canary: on a growing share of traffic first'],
  ['manual', 'Not: I activate it myself'],
];
const DESIGNS: readonly Option[] = [
  ['', 'Usual: structured, trainable'],
  ['structured-trainable-1hop', 'Structured, 1 hop'],
  ['structured-trainable-2hop', 'Structured, 2 hops'],
  ['structured-trainable-3hop', 'Structured, 3 hops'],
  ['structured-trainable-4hop', 'Structured, 4 hops'],
  ['flat', 'Flat: each LLM by itself'],
];
const WEIGHINGS: readonly Option[] = [
  ['', 'Each query once'],
  ['traffic', 'As often as it was answered'],
];
const BACKENDS: readonly Option[] = [
  ['', 'The fastest there is'],
  ['tensorflow', 'TensorFlow'],
  ['wasm', 'WebAssembly'],
  ['cpu', 'JavaScript'],
];

function Select({
  name,
  label,
  hint,
  options,
}: {
  name: string;
  label: string;
  hint?: string;
  options: readonly Option[];
}) {
  return (
    <Field label={label} {...(hint !== undefined && { hint })}>
      <select name={name}>
        {options.map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </Field>
  );
}

/** What a form asks for: what is left empty is left to the service. */
function requestOf(form: HTMLFormElement): Request {
  const data = new FormData(form);
  const text = (name: string): string | undefined => String(data.get(name) ?? '').trim() || undefined;
  const number = (name: string): number | undefined => (text(name) === undefined ? undefined : Number(text(name)));
  const asked = {
    activation: text('activation'),
    design: text('design'),
    weigh: text('weigh'),
    backend: text('backend'),
    seed: number('seed'),
    half_life_days: number('half_life_days'),
    from_scratch: data.get('from_scratch') === null ? undefined : true,
  };
  return Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined)) as Request;
}

/** Starts a run, with options. */
export function Start({ onStart, onClose }: { onStart: (request: Request) => Promise<void>; onClose: () => void }) {
  const [problem, setProblem] = useState<Problem>();
  const [isBusy, setBusy] = useState(false);
  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    setBusy(true);
    setProblem(undefined);
    try {
      await onStart(requestOf(event.currentTarget as HTMLFormElement));
    } catch (error) {
      setProblem(problemFrom(error));
      setBusy(false);
    }
  }
  return (
    <Card title="Retrain now" aside="Queries are routed meanwhile as before">
      <form class="stack" onSubmit={(event) => void submit(event)}>
        <div class="fields top">
          <Select name="activation" label="When it comes into force" options={ACTIVATIONS} />
          <Select name="design" label="Design of the profile" options={DESIGNS} />
          <Select name="weigh" label="Routers are compared by" options={WEIGHINGS} />
          <Field label="Half-life of answers" hint="Days after which one counts half; empty: age does not matter">
            <input name="half_life_days" type="number" min="1" max="36500" />
          </Field>
          <Field label="Seed" hint="The same log and seed give the same version">
            <input name="seed" type="number" min="1" max="2147483647" />
          </Field>
          <Select name="backend" label="Computed by" options={BACKENDS} />
        </div>
        <label class="check">
          <input type="checkbox" name="from_scratch" /> From nothing, though a long log hardly grew
        </label>
        {problem !== undefined && <Failed problem={problem} title="Not started" />}
        <div class="actions">
          <button class="primary" disabled={isBusy}>
            {isBusy ? 'Starting …' : 'Start'}
          </button>
          <button type="button" onClick={onClose}>
            Cancel
          </button>
        </div>
      </form>
    </Card>
  );
}
