import { PointsmanError } from '../base/errors.js';
import type { CascadeNext, CascadePlan, CascadeRequest, StepReport } from '../schema/cascade.js';
import type { LlmId } from '../schema/ids.js';
import type { RankedLlm } from '../schema/route.js';
import { accuracyOf, afterScore } from './judge.js';
import { bestAnswer, byCost, dot, NEAR, search, useful, type Belief, type Candidate, type Weighed } from './search.js';
import { DEFAULT_SPREAD, sharedEffectOf } from './shared-effect.js';
import { stepsOf } from './steps.js';

/** What a cascade reads of a candidate. */
export type CascadeCandidate = Pick<RankedLlm, 'model' | 'quality' | 'cost_usd'>;

/** Times the dearest known cost that an unknown cost counts: such an LLM is asked only where no other will do. */
const UNKNOWN = 1e6;
/** Predictions stay this far from 0 and 1, so that no report is impossible. */
const CERTAIN = 1e-6;

/** To six decimals; costs to ten. */
const round = (value: number): number => Math.round(value * 1e6) / 1e6;
const roundCost = (value: number): number => Math.round(value * 1e10) / 1e10;

/** A query's candidates and the goal. */
interface Setting {
  /** Cheapest first. */
  candidates: Candidate[];
  wanted: number;
  /** Quality that is given up for one US dollar. */
  weight: number;
  budget: number;
  accuracy: number;
  weigh(llm: Candidate): Weighed;
}

/** A cascade after some reports. */
interface State {
  belief: Belief;
  /** The LLMs that gave the answers of `belief`, in order. */
  answered: LlmId[];
  failed: Set<LlmId>;
  /** Expected score that is still to be reached. */
  wanted: number;
  steps: number;
  spent: number;
  /** The planned calls from here on. */
  order: Weighed[];
  reason: CascadeNext['reason'];
}

/** Candidates within a budget in US dollars; one of unknown cost only where there is no limit. */
const within = (candidates: readonly Candidate[], budget: number): Candidate[] =>
  candidates.filter((llm) => budget === Infinity || (llm.cost_usd !== null && llm.cost_usd <= budget));

function settingOf(ranking: readonly CascadeCandidate[], request: CascadeRequest, spread: number): Setting {
  const dearest = ranking.reduce((most, llm) => Math.max(most, llm.cost_usd ?? 0), 0) || 1;
  const candidates = ranking
    .map(({ model, quality, cost_usd }) => ({ model, quality, cost_usd, cost: cost_usd ?? UNKNOWN * dearest }))
    .toSorted(byCost);
  const budget = request.max_cost_usd ?? Infinity;
  const allowed = within(candidates, budget);
  if (allowed.length === 0)
    throw new PointsmanError(
      'no_candidate',
      `No LLM is left: cascade.max_cost_usd is ${budget}, and no candidate is known to cost that little`,
      {
        issues: [
          { field: 'cascade.max_cost_usd', expected: 'a constraint that leaves a candidate', received: String(budget) },
        ],
      },
    );
  const effect = sharedEffectOf(spread);
  const best = allowed.reduce((a, b) => (b.quality > a.quality ? b : a));
  return {
    candidates,
    wanted: request.quality ?? best.quality,
    weight: 100 * request.cost_weight,
    budget,
    accuracy: accuracyOf(request.reliability),
    weigh: (llm) => ({ ...llm, right: effect.chances(Math.min(1 - CERTAIN, Math.max(CERTAIN, llm.quality))) }),
  };
}

/** Most candidates that are searched, by number of steps: all orders of more would take longer than a request may. */
const MOST: Partial<Record<number, number>> = { 2: 200, 3: 32, 4: 16 };

/** At most `size` of these candidates, evenly from the cheapest to the dearest, with the best of them. */
function thinned(candidates: readonly Candidate[], size: number): readonly Candidate[] {
  if (candidates.length <= size) return candidates;
  const best = candidates.reduce((a, b) => (b.quality > a.quality ? b : a));
  const kept = new Set(
    Array.from({ length: size - 1 }, (_, i) => candidates[Math.round((i * (candidates.length - 1)) / (size - 2))]!),
  ).add(best);
  return candidates.filter((llm) => kept.has(llm));
}

/** The best order of at most `steps` of these candidates. */
function bestOrder(
  candidates: readonly Candidate[],
  { belief, wanted, spent }: Pick<State, 'belief' | 'wanted' | 'spent'>,
  steps: number,
  { weight, budget, accuracy, weigh }: Setting,
): Weighed[] {
  return search(belief, thinned(useful(candidates, steps), MOST[steps] ?? Infinity).map(weigh), {
    quality: wanted,
    accuracy,
    weight,
    steps,
    budget: budget - spent,
  }).order;
}

/** Plans the remaining calls, and says why where none is planned. */
function replan(state: State, setting: Setting): void {
  const left = setting.candidates.filter((llm) => !state.failed.has(llm.model) && !state.answered.includes(llm.model));
  const allowed = within(left, setting.budget - state.spent);
  state.order = bestOrder(allowed, state, state.steps, setting);
  if (state.order.length > 0) return;
  state.reason =
    state.steps === 0
      ? 'steps_used'
      : left.length === 0
        ? 'none_left'
        : allowed.length === 0
          ? 'over_budget'
          : 'not_worth_it';
}

function begin(setting: Setting, { max_steps: steps }: CascadeRequest, spread: number): State {
  const state: State = {
    belief: { weights: sharedEffectOf(spread).prior, answers: [] },
    answered: [],
    failed: new Set(),
    wanted: setting.wanted,
    steps,
    spent: 0,
    order: [],
    reason: 'begin',
  };
  replan(state, setting);
  return state;
}

/** The LLM that a report is of. */
function reportedLlm(state: State, { candidates }: Setting, report: StepReport): Candidate {
  const refuse = (expected: string, received: string): PointsmanError =>
    new PointsmanError('invalid_request', `model: expected ${expected}, got ${received}`, {
      issues: [{ field: 'model', expected, received }],
    });
  const model = report.model ?? state.order[0]?.model;
  if (model === undefined) throw refuse('the LLM that was asked, as the cascade is over', 'nothing');
  const llm = candidates.find((one) => one.model === model);
  if (llm === undefined) throw refuse('a candidate of the decision', JSON.stringify(model));
  if (state.answered.includes(model)) throw refuse('an LLM whose answer was not reported yet', JSON.stringify(model));
  return llm;
}

function applyFailure(state: State, setting: Setting, llm: Candidate, report: StepReport): void {
  state.spent += report.cost_usd ?? 0;
  state.failed.add(llm.model);
  state.reason = 'failed';
  replan(state, setting);
}

function applyAnswer(state: State, setting: Setting, llm: Candidate, report: StepReport): void {
  const own = setting.weigh(llm);
  const score = report.score ?? (report.ok === true ? 1 : 0);
  const rest = state.order.filter((other) => other.model !== llm.model);
  const { stopAt } = stepsOf(state.belief, [own, ...rest], setting.accuracy, state.wanted)[0]!;
  state.belief = afterScore(state.belief, own.right, setting.accuracy, score);
  state.answered.push(llm.model);
  state.failed.delete(llm.model);
  state.steps = Math.max(0, state.steps - 1);
  state.spent += report.cost_usd ?? llm.cost_usd ?? 0;
  if (score >= round(stopAt) || bestAnswer(state.belief) >= state.wanted - NEAR) {
    state.reason = 'good_enough';
    state.order = [];
    return;
  }
  // The goal stays what the plan expected for this case; the calls that reach it are planned anew.
  state.wanted = Math.min(
    state.wanted,
    stepsOf(state.belief, rest, setting.accuracy, state.wanted)[0]?.quality ?? bestAnswer(state.belief),
  );
  state.reason = 'not_good_enough';
  replan(state, setting);
}

/** The expectation of a state's order. */
function expectation(
  { belief, order, wanted }: State,
  { accuracy }: Setting,
): Pick<CascadePlan, 'steps' | 'expected_quality' | 'expected_cost_usd'> {
  const steps = stepsOf(belief, order, accuracy, wanted);
  const cost = steps.reduce<number | null>(
    (sum, { llm, probability }) => (sum === null || llm.cost_usd === null ? null : sum + probability * llm.cost_usd),
    0,
  );
  return {
    steps: steps.map(({ llm, stopAt, probability, quality }) => ({
      model: llm.model,
      stop_at: round(stopAt),
      probability: round(probability),
      expected_quality: round(quality),
      cost_usd: llm.cost_usd,
    })),
    expected_quality: round(steps[0]?.quality ?? bestAnswer(belief)),
    expected_cost_usd: cost === null ? null : roundCost(cost),
  };
}

/**
 * The order of LLMs and the scores at which to stop that reach a wanted quality at the least expected cost; the best
 * order where that quality is out of reach. Pure. Exact for up to as many LLMs as {@link MOST} says, under these
 * assumptions: predicted qualities are calibrated; all LLMs share one effect on a query (`shared-effect.ts`); the judge
 * errs as `reliability` says, independently for each answer.
 *
 * @param ranking candidates of one query, at least one, in any order
 * @param spread how far LLMs fail together beyond what was predicted
 * @throws PointsmanError `no_candidate` where none is within `max_cost_usd`
 */
export function planCascade(
  ranking: readonly CascadeCandidate[],
  request: CascadeRequest,
  spread: number = DEFAULT_SPREAD,
): CascadePlan {
  const setting = settingOf(ranking, request, spread);
  const state = begin(setting, request, spread);
  const [single] = bestOrder(within(setting.candidates, setting.budget), state, 1, setting);
  const { model, quality, cost_usd } = single!;
  return { quality: round(setting.wanted), ...expectation(state, setting), single: { model, quality, cost_usd } };
}

/**
 * What to do after the steps so far. Each answer's score updates the belief about the shared effect, and so about the
 * LLMs that are left. Of these, the cheapest order is planned that is expected to do as well as the former plan. A call
 * that failed says only that the LLM is not available.
 *
 * @param reports how the steps went, in order
 * @throws PointsmanError `invalid_request` for a report of an LLM that is no candidate, or was reported already;
 *   `no_candidate` as {@link planCascade}
 */
export function nextStep(
  ranking: readonly CascadeCandidate[],
  request: CascadeRequest,
  reports: readonly StepReport[],
  spread: number = DEFAULT_SPREAD,
): CascadeNext {
  const setting = settingOf(ranking, request, spread);
  const state = begin(setting, request, spread);
  reports.forEach((report) => {
    const llm = reportedLlm(state, setting, report);
    (report.error === undefined ? applyAnswer : applyFailure)(state, setting, llm, report);
  });
  const worth = state.belief.answers.map((answer) => dot(state.belief.weights, answer));
  const best = worth.indexOf(Math.max(...worth));
  return {
    model: state.order[0]?.model ?? null,
    answer: state.answered[best] ?? null,
    answer_quality: worth[best] === undefined ? null : round(worth[best]),
    reason: state.reason,
    spent_usd: roundCost(state.spent),
    ...expectation(state, setting),
  };
}
