import { duration, percent, score, usd } from '../../kit/format.js';
import { Choice, Field } from '../../kit/parts.js';
import type { Settings } from './settings.js';

interface SliderProps {
  label: string;
  hint: string;
  value: number | undefined;
  /** From the place of the slider, 0 to 1, to the value, and back. */
  at: (place: number) => number;
  placeOf: (value: number) => number;
  /** Where it stands while nothing is set. */
  rest: 0 | 1;
  format: (value: number) => string;
  onChange: (value: number | undefined) => void;
}

const STEPS = 100;

/** A slider that may say nothing: then the policy does. */
function Slider({ label, hint, value, at, placeOf, rest, format, onChange }: SliderProps) {
  const words = value === undefined ? 'as the policy says' : format(value);
  return (
    <div class="slider">
      <Field label={label} hint={hint}>
        <input
          type="range"
          min={0}
          max={STEPS}
          value={value === undefined ? rest * STEPS : placeOf(value) * STEPS}
          aria-valuetext={words}
          onInput={(event) => onChange(at(event.currentTarget.valueAsNumber / STEPS))}
        />
      </Field>
      <span class={value === undefined ? 'muted' : 'figure-text'}>{words}</span>
      {value !== undefined && (
        <button
          type="button"
          class="plain"
          onClick={() => onChange(undefined)}
          aria-label={`${label}: as the policy says`}
        >
          ×
        </button>
      )}
    </div>
  );
}

const same = (value: number): number => value;
/** Two digits are enough of what a slider says. */
const rounded = (value: number): number => Number(value.toPrecision(2));

/** A scale on which each step is the same factor. */
const scale = (low: number, high: number) => ({
  at: (place: number) => rounded(low * (high / low) ** place),
  placeOf: (value: number) => Math.min(1, Math.max(0, Math.log(value / low) / Math.log(high / low))),
});

const plain = { at: same, placeOf: same };
const dollars = scale(1e-6, 1);
const milliseconds = scale(100, 120_000);

const SLIDERS = [
  {
    field: 'relative_cost_weight',
    label: 'Weight of cost',
    hint: 'Quality given up for the cost of the dearest',
    rest: 0,
    format: score,
    ...plain,
  },
  {
    field: 'relative_latency_weight',
    label: 'Weight of latency',
    hint: 'Quality given up for the latency of the slowest',
    rest: 0,
    format: score,
    ...plain,
  },
  { field: 'min_quality', label: 'Least quality', hint: 'Expected score', rest: 0, format: percent, ...plain },
  { field: 'max_cost_usd', label: 'Most cost', hint: 'Of this query', rest: 1, format: usd, ...dollars },
  { field: 'max_latency_ms', label: 'Most latency', hint: 'Median', rest: 1, format: duration, ...milliseconds },
] as const;

function Llms({ settings, models, onChange }: { settings: Settings; models: readonly string[]; onChange: OnChange }) {
  const { ticked, ticks } = settings;
  const tick = (model: string, on: boolean): void =>
    onChange({ ...settings, ticked: on ? [...ticked, model] : ticked.filter((one) => one !== model) });
  return (
    <details class="llms">
      <summary>
        {ticked.length === 0
          ? 'All LLMs are candidates'
          : `${ticks === 'exclude' ? 'Left out' : 'Only'}: ${ticked.length} of ${models.length} LLMs`}
      </summary>
      <Choice
        label="What ticked LLMs are"
        options={[
          { value: 'exclude', label: 'Leave out' },
          { value: 'models', label: 'Only these' },
        ]}
        value={ticks}
        onChange={(next) => onChange({ ...settings, ticks: next })}
      />
      <div class="ticks">
        {models.map((model) => (
          <label key={model} class="check">
            <input
              type="checkbox"
              checked={ticked.includes(model)}
              onChange={(event) => tick(model, event.currentTarget.checked)}
            />
            <span>{model}</span>
          </label>
        ))}
      </div>
    </details>
  );
}

type OnChange = (settings: Settings) => void;

/** A policy and its constraints, to be set. */
export function SettingsForm(props: {
  settings: Settings;
  policies: readonly string[];
  models: readonly string[];
  onChange: OnChange;
}) {
  const { settings, policies, models, onChange } = props;
  return (
    <div class="stack">
      <Field label="Policy">
        <select
          value={settings.policy}
          onChange={(event) => onChange({ ...settings, policy: event.currentTarget.value })}
        >
          {policies.map((policy) => (
            <option key={policy} value={policy}>
              {policy}
            </option>
          ))}
        </select>
      </Field>
      {SLIDERS.map(({ field, ...slider }) => (
        <Slider
          key={field}
          {...slider}
          value={settings[field]}
          onChange={(value) => onChange({ ...settings, [field]: value })}
        />
      ))}
      <Llms settings={settings} models={models} onChange={onChange} />
    </div>
  );
}
