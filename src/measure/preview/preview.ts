import type { Clock } from '../../base/clock.js';
import { PointsmanError } from '../../base/errors.js';
import { createPace } from '../../base/pace.js';
import { DAY_MS } from '../../base/units.js';
import type { Correcting } from '../../live/corrections.js';
import type { LiveScorer } from '../../live/scorer.js';
import type { Trust } from '../../live/trust.js';
import { allPolicies, DEFAULT_POLICY, policyOf, policyRules } from '../../policy/named.js';
import type { DecisionId, LlmId } from '../../schema/ids.js';
import type { PolicyBody } from '../../schema/policy.js';
import type { Preview, PreviewRequest, Side } from '../../schema/preview.js';
import type { RankedLlm } from '../../schema/route.js';
import type { Ledger } from '../../store/ports/index.js';
import { overlapOf, type OverlapInput } from '../off-policy/overlap.js';
import { compare, type Compared } from './estimates.js';
import { frontierOf, weightsTried } from './frontier.js';
import { gather, type Gathered } from './read.js';
import { replay, type Replayed } from './replay.js';

/** Most decisions that are read, and most (decision, LLM) cells of a column; these fewer decisions at least. */
const MOST_DECISIONS = 20_000;
const MOST_CELLS = 1_000_000;
const FEWEST_DECISIONS = 500;
/** Queries that weights of cost are tried on. */
const TRIED = 1_000;
const EXAMPLES = 20;
/** Longest that other work waits for its turn, in milliseconds, and its share of the time: routing goes first. */
const TURN_MS = 4;
const OTHERS_SHARE = 0.5;

export interface PreviewParts {
  ledger: Pick<Ledger, 'decisions' | 'feedback' | 'snapshot' | 'policies' | 'artifacts'>;
  live: { scorer: Pick<LiveScorer, 'current' | 'open'>; trust?: Trust; corrections?: Correcting };
  clock: Clock;
  /** Has decisions written that wait to be. */
  flush(): Promise<unknown>;
  /** Whether nothing else waits for this process. */
  alone?: boolean;
}

/** What policies would have earned, one after another. */
export interface Previewer {
  /**
   * Throws `unknown_policy`, `version_not_found`, `artifact_damaged`, and `no_data` where no decision can be judged by.
   *
   * @param texts whether examples have their queries' texts
   */
  preview(request: PreviewRequest, texts: boolean): Promise<Preview>;
}

const round = (share: number): number => Math.round(share * 1e4) / 1e4;

/** Share of decisions that each LLM gets by both policies, most by the first on top. */
function sharesOf({ log, chances }: Replayed): Preview['models'] {
  const [n, numLlms] = [log.query.length, log.models.length];
  const share = (of: Float64Array, l: number): number => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += of[i * numLlms + l]!;
    return round(sum / n);
  };
  return log.models
    .map((model, l) => ({
      model: model as LlmId,
      share: share(chances.policy, l),
      against: share(chances.against, l),
    }))
    .filter((one) => one.share > 0 || one.against > 0)
    .toSorted((a, b) => b.share - a.share || b.against - a.against);
}

function examplesOf({ choices, first }: Replayed, texts: boolean): Preview['examples'] {
  const pick = ({ model, quality, cost_usd }: RankedLlm) => ({ model, quality, cost_usd });
  return choices
    .map((choice, i) => ({ choice, policy: first.policy[i]!, against: first.against[i]! }))
    .filter(({ policy, against }) => policy.model !== against.model)
    .slice(0, EXAMPLES)
    .map(({ choice, policy, against }) => ({
      decision_id: choice.id as DecisionId | null,
      query: texts ? choice.query : null,
      task: choice.task,
      policy: pick(policy),
      against: pick(against),
    }));
}

/** Decisions with a score a day, of which there are `scored`; null where their times are not known. */
function perDayOf(choices: Replayed['choices'], scored: number): number | null {
  const times = choices.flatMap(({ at }) => at ?? []);
  if (times.length < 2) return null;
  const days = Math.max(1 / 24, (times[0]! - times.at(-1)!) / DAY_MS);
  return scored / days;
}

function propensitiesIn(replayed: Replayed): Preview['propensities'] {
  const estimated = replayed.choices.filter(({ propensity }) => Number.isNaN(propensity)).length;
  if (estimated === 0) return 'logged';
  return estimated === replayed.choices.length ? 'estimated' : 'partly estimated';
}

export function createPreviewer({ ledger, live, clock, flush, alone = false }: PreviewParts): Previewer {
  let running: Promise<unknown> = Promise.resolve();

  /** Of the decisions, those whose outcomes the version may have learned from. */
  async function learnedFrom(version: string | null, { choices, source }: Gathered): Promise<number> {
    if (version === null) return 0;
    const made = await ledger.artifacts.get(version);
    const before = made === undefined ? 0 : Date.parse(made.created_at);
    return source === 'answers' ? choices.length : choices.filter(({ at }) => at! < before).length;
  }

  async function run(request: PreviewRequest, texts: boolean): Promise<Preview> {
    const kept = await ledger.policies.list();
    const body = request.body ?? policyOf(request.policy!, kept);
    const againstName = request.against ?? DEFAULT_POLICY;
    const againstBody = policyOf(againstName, kept);
    const current = live.scorer.current();
    const scorer = request.version === undefined ? current : await live.scorer.open(request.version);
    const pace = createPace({ turnMs: TURN_MS, othersShare: OTHERS_SHARE, hurried: () => alone });
    const most = Math.max(FEWEST_DECISIONS, Math.min(MOST_DECISIONS, Math.floor(MOST_CELLS / scorer.models.length)));
    await flush();
    const gathered = await gather(ledger, clock() - request.days * DAY_MS, most, pace);
    const named = new Map(allPolicies(kept).map(({ name, built_in: _builtIn, ...policy }) => [name as string, policy]));
    const tried = weightsTried(body);
    const replayed = await replay({
      choices: gathered.choices,
      policy: { body, scorer },
      against: { body: againstBody, scorer: current },
      policies: (name) => named.get(name),
      tried,
      strideTried: Math.max(1, Math.floor(gathered.choices.length / TRIED)),
      mustScore: request.version !== undefined,
      pace,
      trust: live.trust,
      corrections: live.corrections,
    });
    if (replayed.choices.length === 0) throw nothingTo(gathered, request.days, replayed.refused.policy);
    const compared = await compare(replayed);
    const differ = replayed.first.policy.filter(({ model }, i) => model !== replayed.first.against[i]!.model).length;
    const side = (name: string | null, policy: PolicyBody, version: string | null, of: 'policy' | 'against'): Side => ({
      name,
      rules: policyRules(policy),
      version,
      ...compared[of],
      refused: replayed.refused[of],
    });
    const times = replayed.choices.flatMap(({ at }) => at ?? []);
    const notes = notesOf(request, body, compared);
    const scored = scoredOf(replayed);
    return {
      decisions: replayed.choices.length,
      from: times.length === 0 ? null : new Date(times.at(-1)!).toISOString(),
      to: times.length === 0 ? null : new Date(times[0]!).toISOString(),
      source: gathered.source,
      propensities: propensitiesIn(replayed),
      learned_from: await learnedFrom(scorer.version, { ...gathered, choices: replayed.choices }),
      policy: side(request.policy ?? null, body, scorer.version, 'policy'),
      against: side(againstName, againstBody, current.version, 'against'),
      difference: compared.difference,
      overlap: overlapOf({
        ...scored,
        differ: differ / replayed.choices.length,
        candidates: replayed.candidates,
        deviation: compared.deviation,
        perDay: perDayOf(replayed.choices, scored.log.query.length),
      }),
      models: sharesOf(replayed),
      differ: round(differ / replayed.choices.length),
      ...frontierOf(replayed, tried, compared.quality),
      examples: examplesOf(replayed, texts),
      notes,
    };
  }

  return {
    preview(request, texts) {
      const mine = running.then(() => run(request, texts));
      running = mine.catch(() => undefined);
      return mine;
    },
  };
}

function nothingTo({ choices }: Gathered, days: number, refused: number): PointsmanError {
  const why =
    choices.length === 0
      ? `no decision of the last ${days} days is logged, and no answer with a score`
      : refused > 0
        ? 'it has no candidate for any decision'
        : 'no decision’s query can be scored again: their texts are no longer kept';
  return new PointsmanError('no_data', `There is nothing to judge the policy by: ${why}`);
}

function notesOf({ version }: PreviewRequest, { cascade }: PolicyBody, { policy }: Compared): string[] {
  const notes: string[] = [];
  if (cascade !== undefined) notes.push('its cascade is left out: only single calls are estimated');
  if (policy.quality?.decisions === 0)
    notes.push('too few decisions have a score: its quality is what the version in force expects');
  if (version !== undefined) notes.push('the other policy is scored by the version in force');
  return notes;
}

/** Decisions with a score, and the policy’s chances: what it overlaps with is what quality is estimated from. */
function scoredOf({ log, chances }: Replayed): Pick<OverlapInput, 'log' | 'chances'> {
  const places = [...log.outcome.quality.keys()].filter((i) => !Number.isNaN(log.outcome.quality[i]!));
  const numLlms = log.models.length;
  const own = new Float64Array(places.length * numLlms);
  places.forEach((i, k) => own.set(chances.policy.subarray(i * numLlms, (i + 1) * numLlms), k * numLlms));
  return {
    log: {
      ...log,
      query: Int32Array.from(places, (i) => log.query[i]!),
      chosen: Int32Array.from(places, (i) => log.chosen[i]!),
      propensity: Float64Array.from(places, (i) => log.propensity[i]!),
    },
    chances: own,
  };
}
