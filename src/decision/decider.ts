import type { Clock } from '../base/clock.js';
import { PointsmanError } from '../base/errors.js';
import { uuid7 } from '../base/uuid.js';
import type { Logger } from '../base/log.js';
import { ALL_WELL, type Health } from '../health/live.js';
import type { DecisionRecord, Ledger } from '../ledger/types.js';
import { fallbacksOf } from '../policy/fallbacks.js';
import { rank } from '../policy/rank.js';
import { DEFAULT_POLICY, policyOf } from '../policy/weights.js';
import type { DecisionId, LlmId } from '../schema/ids.js';
import { checkKnown } from '../schema/known-models.js';
import type { RouteRequest, RouteResponse } from '../schema/route.js';
import type { IndexHolder, ScoringIndex } from '../scoring/types.js';
import { explanationOf } from './explain.js';
import { createDecisionLog } from './log.js';
import { queryText } from './query-text.js';

export interface DeciderParts {
  index: IndexHolder;
  ledger: Pick<Ledger, 'appendDecisions' | 'getDecision'>;
  clock: Clock;
  log: Logger;
  /** Which LLMs fail; none where it is not told. */
  health?: Health;
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
   * `no_candidate`, or `invalid_request` for a chat without text.
   */
  decide(request: RouteRequest): RouteResponse | Promise<RouteResponse>;
  /** The same answer as JSON, without writing the ranking out twice. */
  decideJson(request: RouteRequest, onDecided?: (response: RouteResponse) => void): string | Promise<string>;
  /** A decision by id, even one that is not written yet. */
  lookup(id: string): DecisionRecord | undefined;
  /** Writes the decisions that wait; answers whether all are written. */
  flush(): boolean;
}

/** What is derived from one index, kept while it is in force. */
interface IndexFacts {
  index: ScoringIndex;
  known: ReadonlySet<string>;
  /** Profile similarity to each LLM that was chosen so far. */
  similarities: Map<string, ReadonlyMap<string, number>>;
}

function factsOf(index: ScoringIndex): IndexFacts {
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
  'There is no LLM to choose from. Add one with PUT /v1/models/{id}, post feedback that names one, or run `pointsman import FILE`.';

/** The answer as JSON, with the ranking spliced in as it was logged. */
function toJson({ response, rankingJson }: Decision): string {
  const { decision_id, model, version, router, fallbacks, explanation } = response;
  const explained = explanation === undefined ? '' : `,"explanation":${JSON.stringify(explanation)}`;
  return `{"decision_id":"${decision_id}","model":${JSON.stringify(model)},"version":${JSON.stringify(version)},"router":"${router}","ranking":${rankingJson},"fallbacks":${JSON.stringify(fallbacks)}${explained}}`;
}

export function createDecider({ index: holder, ledger, clock, log, health = ALL_WELL }: DeciderParts): Decider {
  const decisions = createDecisionLog(ledger, log);
  let facts: IndexFacts | undefined;
  /** Orders the ids of decisions made in the same millisecond. */
  let sequence = 0;

  function conclude(request: RouteRequest, query: string, vector: Float32Array, known: IndexFacts): Decision {
    const { index } = known;
    const policy = policyOf(request);
    const ranked = rank(index.score(query, vector, request.task), request, policy, health.barred());
    const chosen = ranked.ranking[0]?.model as LlmId;
    health.chosen(chosen);
    const now = clock();
    sequence = (sequence + 1) >>> 0;
    const id = uuid7(now, sequence);
    const policyName = request.policy ?? DEFAULT_POLICY;
    const response: RouteResponse = {
      decision_id: id as DecisionId,
      model: chosen,
      version: index.version,
      router: index.router,
      ranking: ranked.ranking,
      fallbacks: fallbacksOf(ranked.ranking, similarityTo(known, chosen)),
    };
    if (request.explain === true)
      response.explanation = explanationOf({ ranking: ranked, score: index.explain(query, vector, request.task), policyName, policy, router: index.router });
    const rankingJson = JSON.stringify(ranked.ranking);
    decisions.add({ id, at: now, query, task: request.task ?? null, model: chosen, version: index.version, policy: policyName, ranking: rankingJson });
    return { response, rankingJson };
  }

  function run<T>(request: RouteRequest, answer: (decision: Decision) => T): T | Promise<T> {
    const index = holder.current();
    if (facts?.index !== index) facts = factsOf(index);
    const held = facts;
    if (held.known.size === 0) throw new PointsmanError('no_models', NO_MODELS);
    for (const field of ['models', 'exclude'] as const) checkKnown(request[field] ?? [], (model) => held.known.has(model), (i) => `${field}[${i}]`);
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
    lookup: (id) => decisions.get(id),
    flush: () => decisions.flush(),
  };
}
