import type { Clock } from '../base/clock.js';
import { PointsmanError } from '../base/errors.js';
import type { Logger } from '../base/log.js';
import type { Rng } from '../base/rng.js';
import { uuid7 } from '../base/uuid.js';
import { ALL_WELL, type Health } from '../live/breakers.js';
import { FULL_TRUST, type Trust } from '../live/trust.js';
import { UNLIMITED, type Load } from '../live/load.js';
import type { KeptDecision, Ledger } from '../store/types.js';
import { brokenBounds, constraintsOf } from '../policy/constraints.js';
import { planCascade } from '../cascade/plan.js';
import { fallbacksOf } from '../policy/fallbacks.js';
import type { Policies } from '../live/policies.js';
import { DEFAULT_POLICY } from '../policy/named.js';
import { rank, type RankInput, type Ranking } from '../policy/rank.js';
import type { DecisionDetail } from '../schema/decision.js';
import type { DecisionId, LlmId } from '../schema/ids.js';
import { checkKnown } from '../schema/known-models.js';
import { rules as ruleSchemas, type Rules } from '../schema/policy.js';
import type { RankedLlm, RouteRequest, RouteResponse } from '../schema/route.js';
import type { ScorerHolder, ScoredLlm, Scorer } from '../scoring/types.js';
import { explanationOf } from './explain.js';
import { createDecisionLog } from './log.js';
import { promptTokensOf, queryText } from './query-text.js';

export interface DeciderParts {
  index: ScorerHolder;
  policies: Policies;
  ledger: Pick<Ledger, 'appendDecisions' | 'getDecision' | 'pruneDecisions' | 'getQueryText'>;
  clock: Clock;
  /** Chooses where a policy leaves something to chance. */
  rng: Rng;
  log: Logger;
  /** Which LLMs fail; none where it is not told. */
  health?: Health;
  /** Which LLMs got worse on a task; none where it is not told. */
  trust?: Trust;
  /** How near LLMs are to their limits; no limits where it is not told. */
  load?: Load;
}

/** A decision, and its ranking in the JSON that is both logged and sent. */
export interface Decision {
  response: RouteResponse;
  rankingJson: string;
}

/** Decides which LLM gets a query, and logs each decision. */
export interface Decider {
  /**
   * Answers at once where the index encodes at once. Throws (or rejects with) `no_models`, `unknown_model`,
   * `unknown_policy`, `no_candidate`, or `invalid_request` for a chat without text.
   */
  decide(request: RouteRequest): RouteResponse | Promise<RouteResponse>;
  /** The same answer as JSON, without writing the ranking out twice. */
  decideJson(request: RouteRequest, onDecided?: (response: RouteResponse) => void): string | Promise<string>;
  /**
   * A decision by id, even one that is not written yet. A text that the log forgot is that of a logged interaction with
   * the same query, if there is one.
   */
  lookup(id: string): KeptDecision | undefined;
  /** Why a decision was made, by what the index in force knows of its query. */
  explain(
    decision: KeptDecision,
  ): Promise<Pick<DecisionDetail, 'rules' | 'ranking' | 'excluded' | 'explanation' | 'explained_by'>>;
  /** Writes the decisions that wait; answers whether all are written. */
  flush(): boolean;
  /** Removes logged decisions that are kept no longer, every so often, until the returned function is called. */
  follow(everyMs: number): () => void;
}

/** Where no decision has this id. */
export const decisionNotFound = (id: string): PointsmanError =>
  new PointsmanError(
    'decision_not_found',
    `There is no decision ${id}: it was never made, or is kept no longer (GET /v1/decision-log says how long)`,
  );

/** What is derived from one index, kept while it is in force. */
interface IndexFacts {
  index: Scorer;
  known: ReadonlySet<string>;
  /** Profile similarity to each LLM that was chosen so far. */
  similarities: Map<string, ReadonlyMap<string, number>>;
}

function factsOf(index: Scorer): IndexFacts {
  return { index, known: new Set(index.models), similarities: new Map() };
}

function similarityTo(facts: IndexFacts, chosen: string): (model: string) => number {
  return (model) => {
    let near = facts.similarities.get(chosen);
    if (near === undefined) {
      near = new Map(facts.index.nearest(chosen).map((other) => [other.model, other.similarity]));
      facts.similarities.set(chosen, near);
    }
    return near.get(model) ?? -1;
  };
}

const NO_MODELS =
  'There is no LLM to choose from. Add one with PUT /v1/models/{id}, post feedback that names one, or run ' +
  '`pointsman import FILE`.';

/** Fields of a request that name LLMs. */
const NAMING = ['models', 'exclude', 'pin'] as const;
const RULES: ReadonlySet<string> = new Set(Object.keys(ruleSchemas));

/** The rules that a request gives itself; null where it gives none, as most do. */
function ownRules(request: RouteRequest): Rules | null {
  let own: Record<string, unknown> | null = null;
  for (const field in request) {
    const value = request[field as keyof RouteRequest];
    if (value !== undefined && RULES.has(field)) (own ??= {})[field] = value;
  }
  return own;
}

/** A logged LLM as it was scored, to six decimals. */
const scoredAgain = ({ model, quality, uncertainty, cost_usd, latency_ms, latency_p90_ms }: RankedLlm): ScoredLlm => ({
  model,
  quality,
  uncertainty,
  costUsd: cost_usd,
  latencyMs: latency_ms,
  latencyP90Ms: latency_p90_ms,
});

/** The answer as JSON, with the ranking spliced in as it was logged. */
function toJson({ response, rankingJson }: Decision): string {
  const { decision_id, model, version, router, ranking: _ranking, fallbacks, ...rest } = response;
  const optional = JSON.stringify(rest).slice(1, -1);
  return `{"decision_id":"${decision_id}","model":${JSON.stringify(model)},"version":${JSON.stringify(version)},"router":"${router}","ranking":${rankingJson},"fallbacks":${JSON.stringify(fallbacks)}${optional === '' ? '' : `,${optional}`}}`;
}

/** Who may not be chosen now, and why; null where all may. */
function barredBy(health: Health): RankInput['barred'] {
  const failing = health.barred();
  if (failing === null) return null;
  return (model) => {
    const reason = failing(model);
    return reason === undefined ? undefined : { constraint: 'health', reason };
  };
}

/** Who is chosen of a ranking, and with what probability: the first, unless `exploration` leaves it to chance. */
function choose(ranking: readonly RankedLlm[], exploration: number, rng: Rng): { chosen: LlmId; propensity: number } {
  const place = exploration > 0 && rng.next() < exploration ? rng.int(ranking.length) : 0;
  return {
    chosen: ranking[place]!.model,
    propensity: exploration / ranking.length + (place === 0 ? 1 - exploration : 0),
  };
}

export function createDecider({
  index: holder,
  policies,
  ledger,
  clock,
  rng,
  log,
  health = ALL_WELL,
  trust = FULL_TRUST,
  load = UNLIMITED,
}: DeciderParts): Decider {
  const decisions = createDecisionLog(ledger, log);
  let facts: IndexFacts | undefined;
  /** Orders the ids of decisions made in the same millisecond. */
  let sequence = 0;

  /**
   * Chooses, and takes room for the query. Where another query took the last, that LLM is left out and another chosen;
   * where none has room, the first choice gets it all the same.
   */
  function settle<T extends { chosen: LlmId }>(
    ranked: Ranking,
    tokens: number,
    id: string,
    pick: (ranking: RankedLlm[]) => T,
  ): T {
    const first = pick(ranked.ranking);
    // A cascade may find none that it can pay for among those that are left.
    const pickAmong = (left: RankedLlm[]): T | undefined => {
      try {
        return pick(left);
      } catch (error) {
        if (error instanceof PointsmanError && error.code === 'no_candidate') return undefined;
        throw error;
      }
    };
    const taken: string[] = [];
    for (
      let picked: T | undefined = first, left = ranked.ranking;
      !ranked.allFull && picked !== undefined;
      picked = pickAmong(left)
    ) {
      const { chosen } = picked;
      if (load.take(chosen, tokens, id)) {
        ranked.ranking = left;
        for (const model of taken)
          ranked.excluded.push({ model, constraint: 'load', reason: 'other queries took what was left of its limits' });
        return picked;
      }
      taken.push(chosen);
      left = left.filter(({ model }) => model !== chosen);
      if (left.length === 0) break;
    }
    load.take(first.chosen, tokens, id, true);
    return first;
  }

  function conclude(request: RouteRequest, query: string, vector: Float32Array, known: IndexFacts): Decision {
    const { index } = known;
    const policyName = request.policy ?? DEFAULT_POLICY;
    const { rules, constraints, json: rulesJson } = policies.prepare(policyName, ownRules(request));
    const promptTokens = promptTokensOf(request, query);
    const scored = trust.adjust(index.score(query, vector, request.task, promptTokens), () =>
      index.tasksOf(vector, request.task),
    );
    const now = clock();
    sequence = (sequence + 1) >>> 0;
    const id = uuid7(now, sequence);
    const near = load.current(promptTokens);
    const ranked: Ranking = rank({
      scored,
      profiles: index.profiles,
      rules,
      constraints,
      promptTokens,
      barred: barredBy(health),
      full: near?.barred ?? null,
      price: near?.price ?? null,
    });
    const { chosen, propensity, cascade } = settle(ranked, promptTokens, id, (left) => {
      if (request.cascade === undefined) return { ...choose(left, rules.exploration ?? 0, rng), cascade: null };
      const planned = planCascade(left, request.cascade);
      return { chosen: planned.steps[0]!.model, propensity: 1, cascade: planned };
    });
    const { ranking, excluded } = ranked;
    ranked.relaxed =
      ranked.relaxed.length === 0
        ? []
        : brokenBounds(constraints, scoredAgain(ranking.find((llm) => llm.model === chosen)!));
    const { relaxed } = ranked;
    health.chosen(chosen);
    const response: RouteResponse = {
      decision_id: id as DecisionId,
      model: chosen,
      version: index.version,
      router: index.router,
      ranking,
      fallbacks: fallbacksOf(
        chosen === ranking[0]!.model ? ranking.slice(1) : ranking.filter((llm) => llm.model !== chosen),
        similarityTo(known, chosen),
      ),
      ...(relaxed.length === 0 ? {} : { relaxed }),
      ...(propensity === 1 ? {} : { propensity }),
      ...(cascade === null ? {} : { cascade }),
    };
    if (request.explain === true)
      response.explanation = explanationOf({
        ...ranked,
        chosen,
        cascade: cascade !== null,
        rules,
        policyName,
        score: index.explain(query, vector, request.task),
        router: index.router,
      });
    const rankingJson = JSON.stringify(ranking);
    decisions.add(
      {
        id,
        at: now,
        query,
        task: request.task ?? null,
        model: chosen,
        version: index.version,
        router: index.router,
        policy: policyName,
        rules: rulesJson,
        ranking: rankingJson,
        excluded: excluded.length === 0 ? '[]' : JSON.stringify(excluded),
        propensity,
        cascade: cascade === null ? null : JSON.stringify(request.cascade),
      },
      ranking,
    );
    return { response, rankingJson };
  }

  function run<T>(request: RouteRequest, answer: (decision: Decision) => T): T | Promise<T> {
    const index = holder.current();
    if (facts?.index !== index) facts = factsOf(index);
    const held = facts;
    if (held.known.size === 0) throw new PointsmanError('no_models', NO_MODELS);
    for (const field of NAMING)
      if (request[field] !== undefined)
        checkKnown(
          request[field],
          (model) => held.known.has(model),
          (i) => `${field}[${i}]`,
        );
    const query = queryText(request);
    const vector = index.encode(query);
    if (vector instanceof Float32Array) return answer(conclude(request, query, vector, held));
    return vector.then((encoded) => answer(conclude(request, query, encoded, held)));
  }

  return {
    decide: (request) => run(request, (decision) => decision.response),
    decideJson: (request, onDecided) =>
      run(request, (decision) => {
        onDecided?.(decision.response);
        return toJson(decision);
      }),
    lookup(id) {
      const found = decisions.get(id);
      return found === undefined || found.query !== null
        ? found
        : { ...found, query: ledger.getQueryText(found.queryHash) ?? null };
    },
    async explain({ query, task, model, router, policy, ...decision }) {
      const rules = JSON.parse(decision.rules) as Rules;
      const ranking = JSON.parse(decision.ranking) as RankedLlm[];
      const excluded = JSON.parse(decision.excluded) as DecisionDetail['excluded'];
      const index = holder.current();
      if (query === null || index.models.length === 0)
        return { rules, ranking, excluded, explanation: null, explained_by: null };
      const score = index.explain(query, await index.encode(query), task ?? undefined);
      const explanation = explanationOf({
        chosen: model,
        ranking,
        excluded: excluded as Ranking['excluded'],
        relaxed: brokenBounds(constraintsOf(rules), scoredAgain(ranking.find((llm) => llm.model === model)!)),
        allBarred: false,
        allFull: false,
        cascade: decision.cascade !== null,
        rules,
        policyName: policy,
        score,
        router,
      });
      return { rules, ranking, excluded, explanation, explained_by: index.version };
    },
    flush: () => decisions.flush(),
    follow: (everyMs) => decisions.follow(everyMs),
  };
}
