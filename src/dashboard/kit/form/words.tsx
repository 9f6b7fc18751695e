import type { Json, JsonSchema } from './schema.js';

const UNITS: Readonly<Record<string, string>> = {
  ms: 'ms',
  usd: 'US dollars',
  days: 'days',
  hours: 'hours',
  megabytes: 'MB',
};

/** The name of a field as people read it: `max_latency_ms` is “Max latency (ms)”. */
export function labelOf(name: string): string {
  const parts = name.split('_');
  const last = parts.at(-1)!;
  const isShort = parts.length === 2 && last !== 'ms' && last !== 'usd';
  const unit = parts.length > 1 && !isShort ? UNITS[last] : undefined;
  const words = (unit === undefined ? parts : parts.slice(0, -1))
    .join(' ')
    .replace(/\b(usd|llm|url|id)\b/g, (word) => word.toUpperCase());
  const text = words.charAt(0).toUpperCase() + words.slice(1);
  return unit === undefined ? text : `${text} (${unit})`;
}

/** A text in which what stands between backticks is code. */
export function Words({ text }: { text: string }) {
  return <>{text.split('`').map((part, i) => (i % 2 === 1 ? <code key={i}>{part}</code> : part))}</>;
}

/** A bound beyond this tells nobody anything. */
const TELLING = 100_000;

const figure = new Intl.NumberFormat('en', { maximumFractionDigits: 6 });

/** What a number may be. */
function boundsOf({ minimum, maximum, exclusiveMinimum, exclusiveMaximum, type }: JsonSchema): string {
  const whole = type === 'integer' ? 'whole, ' : '';
  const low = minimum ?? exclusiveMinimum;
  const high = maximum !== undefined && maximum > TELLING ? undefined : (maximum ?? exclusiveMaximum);
  if (low !== undefined && high !== undefined && exclusiveMinimum === undefined && exclusiveMaximum === undefined)
    return `${whole}${figure.format(low)} to ${figure.format(high)}`;
  const ends = [
    exclusiveMinimum !== undefined && `more than ${figure.format(exclusiveMinimum)}`,
    minimum !== undefined && `at least ${figure.format(minimum)}`,
    high !== undefined && high === maximum && `at most ${figure.format(maximum)}`,
    exclusiveMaximum !== undefined && `less than ${figure.format(exclusiveMaximum)}`,
  ].filter((end) => end !== false);
  return whole + ends.join(', ');
}

const isPlain = (value: Json | undefined): value is string | number | boolean =>
  value !== null && typeof value !== 'object' && value !== undefined && String(value).length <= 24;

/** What is said below a field: what it means, what it may be, and what it is by default. */
export function hintOf(schema: JsonSchema, isNullable: boolean): string {
  const { description, default: usual, type } = schema;
  const facts = [
    type === 'number' || type === 'integer' ? boundsOf(schema) : '',
    isNullable ? 'empty for none' : '',
    isPlain(usual) && type !== 'boolean' ? `default ${typeof usual === 'number' ? figure.format(usual) : usual}` : '',
  ].filter(Boolean);
  const text = facts.join('; ');
  if (description === undefined) return text && text.charAt(0).toUpperCase() + text.slice(1);
  return text === '' ? description : `${description} (${text})`;
}
