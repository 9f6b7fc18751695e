import type { Schemas } from '../../../client/index.js';
import { place, setSearch } from '../../kit/router.js';

type Summary = Schemas['DecisionSummary'];

/** What decisions are listed by, as it stands in the address; empty where they are not. */
export interface Wanted {
  search: string;
  model: string;
  policy: string;
  experiment: string;
  outcome: string;
  /** Hours, or `custom` for `from` and `to`; empty for any time. */
  time: string;
  from: string;
  to: string;
  /** The page: only decisions from before this one. */
  before: string;
}

const FIELDS = ['search', 'model', 'policy', 'experiment', 'outcome', 'time', 'from', 'to', 'before'] as const;

export function wantedNow(): Wanted {
  const { search } = place.value;
  return Object.fromEntries(FIELDS.map((field) => [field, search.get(field) ?? ''])) as Record<keyof Wanted, string>;
}

/** Lists by something else, from the newest on. */
export const want = (change: Partial<Wanted>): void => setSearch({ before: '', ...change });

export const wantAll = (): void => want(Object.fromEntries(FIELDS.map((field) => [field, ''])));

export const isFiltered = (wanted: Wanted): boolean =>
  FIELDS.some((field) => field !== 'before' && field !== 'from' && field !== 'to' && wanted[field] !== '');

const isoOf = (local: string): string | undefined =>
  local === '' || Number.isNaN(Date.parse(local)) ? undefined : new Date(local).toISOString();

/** What is given is kept. */
const some = (value: string): string | undefined => (value === '' ? undefined : value);

const OUTCOMES = ['none', 'any', 'good', 'bad', 'error'] as const satisfies Schemas['OutcomeKind'][];

/** What the API is asked for. */
export function queryOf(wanted: Wanted) {
  const { time, from, to } = wanted;
  return {
    search: some(wanted.search),
    model: some(wanted.model),
    policy: some(wanted.policy),
    experiment: some(wanted.experiment),
    outcome: OUTCOMES.find((one) => one === wanted.outcome),
    before: some(wanted.before),
    from:
      time === 'custom'
        ? isoOf(from)
        : time === ''
          ? undefined
          : new Date(Date.now() - Number(time) * 3_600_000).toISOString(),
    to: time === 'custom' ? isoOf(to) : undefined,
  };
}

/** Whether a decision that was just made is among those. */
export function isWanted(wanted: Wanted, { query, model, policy, experiment, outcomes }: Summary): boolean {
  return (
    wanted.before === '' &&
    (wanted.time !== 'custom' || wanted.to === '') &&
    (wanted.search === '' || query?.toLowerCase().includes(wanted.search.toLowerCase()) === true) &&
    (wanted.model === '' || wanted.model === model) &&
    (wanted.policy === '' || wanted.policy === policy) &&
    (wanted.experiment === '' || wanted.experiment === experiment?.experiment) &&
    (wanted.outcome === '' || (wanted.outcome === 'none' && outcomes.length === 0))
  );
}
