import type { Clock } from '../base/clock.js';
import { PointsmanError } from '../base/errors.js';
import type { Logger } from '../base/log.js';
import type { Redact } from '../base/redact.js';
import { chain, rescued, type Maybe } from '../base/maybe.js';
import type { Rng } from '../base/rng.js';
import { HOUR_MS } from '../base/units.js';
import { uuid7 } from '../base/uuid.js';
import { whileBusy } from '../base/while-busy.js';
import { ALL_WELL, type Health } from '../live/breakers.js';
import type { Correcting } from '../live/corrections.js';
import { NO_EXPERIMENTS, type Assigned, type Experiments } from '../live/experiments.js';
import { ANYBODY, type Caller } from '../live/keys.js';
import { UNLIMITED, type Load, type RoutingLoad } from '../live/load.js';
import type { Policies } from '../live/policies.js';
import { WHOLE_TEXTS, type Texts } from '../live/texts.js';
import type { Trust } from '../live/trust.js';
import { createForgetting } from '../dataset/forget.js';
import type { Encoder } from '../encoder/types.js';
import type { Ranking } from '../policy/rank.js';
import type { DecisionDetail } from '../schema/decision.js';
import type { LlmId } from '../schema/ids.js';
import type { Forgotten } from '../schema/retention.js';
import type { RouteRequest, RouteResponse } from '../schema/route.js';
import type { Scorer, ScorerHolder } from '../scoring/types.js';
import type { KeptDecision } from '../store/ports/decisions.js';
import type { Ledger } from '../store/ports/index.js';
import type { ToForget } from '../store/ports/retention.js';
import { checkAllowed, policyFor, seenBy } from './allowed.js';
import { firstOf, MOST_LISTED, toJson, type Decision } from './answer.js';
import { armOf, rulesIn, type Coming } from './arm.js';
import { charged, type Asked } from './asked.js';
import { createBesides, type Besides } from './beside.js';
import type { CallContext } from './call-context.js';
import { noModels } from './errors.js';
import { explanationOf, type Explained } from './explain.js';
import { explainLogged, neighbourTexts } from './explain-logged.js';
import { createDecisionLog } from './log.js';
import { isApart, type RankingOtherwise } from './other-arm.js';
import { keptText } from './kept-text.js';
import { pick } from './pick.js';
import { promptTokensOf, queryText } from './query-text.js';
import { createRanker } from './ranking.js';
import { reserve } from './reserve.js';
import { responseOf } from './response.js';
import { followRetention } from './retention.js';
import { checkNamed, ownRules } from './rules.js';
import { factsOf, nearLlm, type ScorerFacts } from './similarity.js';

/** What a decision reads, kept current while it is served. */
export interface DecisionState {
  scorer: ScorerHolder;
  policies: Policies;
  /** Which LLMs fail; none unless given. */
  health?: Health;
  /** Which LLMs got worse on a task or kind; none unless given. */
  trust?: Trust;
  /** What answers since the training say; nothing unless given. */
  corrections?: Correcting;
  /** How near LLMs are to their limits; no limits unless given. */
  load?: Load;
  /** What is kept of whose texts; all unless given. */
  texts?: Texts;
  /** Which experiments run; none unless given. */
  experiments?: Experiments;
}

export interface DeciderParts {
  live: DecisionState;
  ledger: Pick<Ledger, 'catalog' | 'decisions' | 'snapshot' | 'retention' | 'embeddings' | 'settings' | 'shadows'>;
  clock: Clock;
  /** Chooses where a policy leaves something to chance. */
  rng: Rng;
  log: Logger;
  /** Keeps vectors of texts that are forgotten, or of which only the hash is kept; none are kept unless given. */
  encoder?: Encoder | undefined;
  /** What texts go through before they are stored. */
  redact?: Redact | undefined;
  /** In milliseconds, for times between; this process's unless given. */
  now?: () => number;
}

/** Decides which LLM gets a query, and logs each decision. */
export interface Decider {
  /**
   * Answers at once where the scorer encodes at once and no limits need a claim. Throws (or rejects with) `no_models`,
   * `unknown_model`, `unknown_policy`, `no_candidate`, or `invalid_request` for a chat without text; for a caller who
   * may less than anybody, `model_not_allowed`, `policy_not_allowed`, `rate_limited`, `budget_exhausted`.
   *
   * @param context what a call through the model endpoint adds: who can't serve it is no candidate, and a conversation
   *   stays with its LLM while that pays
   */
  decide(request: RouteRequest, caller?: Caller, context?: CallContext): Maybe<RouteResponse>;
  /** The same answer as JSON, without writing the ranking out twice. */
  decideJson(request: RouteRequest, caller?: Caller, onDecided?: (response: RouteResponse) => void): Maybe<string>;
  /**
   * Decisions by id, even those that are not written yet; unknown ones are absent from the map. A text that the log
   * forgot is taken from a logged interaction with the same query, if there is one.
   */
  lookup(ids: readonly string[]): Promise<Map<string, KeptDecision>>;
  /** Why a decision was made, by what the scorer in force knows of its query. */
  explain(
    decision: KeptDecision,
  ): Promise<Pick<DecisionDetail, 'rules' | 'ranking' | 'excluded' | 'explanation' | 'explained_by'>>;
  /** What decides beside decisions. */
  shadows: Pick<Besides, 'toAsk' | 'drain'>;
  /** Writes the decisions that wait, and what shadows came to; answers whether all is written. */
  flush(): Promise<boolean>;
  /**
   * Forgets texts, in the log of decisions and of feedback; see {@link Forgetting}. Decisions of other processes that
   * are not written yet, a quarter of a second's, are written with their texts. Throws `ledger_busy`,
   * with nothing forgotten where those of this process could not be written.
   */
  forget(what: ToForget): Promise<Forgotten>;
  /**
   * Removes and forgets what is kept no longer, in the log of decisions and elsewhere, every so often, until the
   * returned function is called.
   */
  follow(everyMs: number): () => void;
}

/** How often what shadows came to is written, in milliseconds. */
const SHADOWS_MS = 1_000;
/** Longest that forgetting waits for a ledger that others write to, in milliseconds. */
const FLUSH_LIMIT_MS = 2_000;

/** What a decision is explained by, texts read. */
type Evidence = Explained['score'];

export function createDecider({ live, ledger, clock, rng, log, encoder, redact, now: elapsed }: DeciderParts): Decider {
  const {
    scorer: holder,
    policies,
    health = ALL_WELL,
    load = UNLIMITED,
    texts: textRules = WHOLE_TEXTS,
    experiments = NO_EXPERIMENTS,
  } = live;
  const decisions = createDecisionLog(ledger.decisions, log, {
    vectors: encoder && { embeddings: ledger.embeddings, encoder },
    redact,
  });
  const forgetting = createForgetting({ ledger, encoder });
  const rankOf = createRanker(live);
  const facts = new WeakMap<Scorer, ScorerFacts>();
  const otherwise: RankingOtherwise = { policies, rank: rankOf, factsIn, inForce: () => holder.current() };
  const besides = createBesides({
    ...otherwise,
    experiments,
    store: ledger.shadows,
    clock,
    rng,
    log,
    now: elapsed ?? (() => performance.now()),
  });
  /** Orders the ids of decisions made in the same millisecond. */
  let sequence = 0;

  function factsIn(scorer: Scorer): ScorerFacts {
    let known = facts.get(scorer);
    if (known === undefined) facts.set(scorer, (known = factsOf(scorer)));
    return known;
  }

  /** Logs a decision; answers the ranking that is answered as JSON. */
  function note(asked: Asked, at: number, ranked: Ranking, apart: boolean | null, made: RouteResponse): string {
    const { request, caller, query, policyName, prepared, context } = asked;
    const cascade = made.cascade === undefined ? null : asked.cascade;
    // A cascade goes on with any of its candidates.
    const kept = cascade === null ? firstOf(ranked.ranking, MOST_LISTED, made.model) : ranked.ranking;
    const keptJson = JSON.stringify(kept);
    const { store: set, hours } = textRules.of(caller);
    const store = context?.texts ?? set;
    decisions.add(
      {
        id: made.decision_id,
        at,
        ...keptText(query, made.decision_id, store),
        forgetAt: hours === null ? null : at + hours * HOUR_MS,
        task: request.task ?? null,
        tenant: caller.tenant,
        experiment: asked.arm?.experiment ?? null,
        arm: asked.arm?.arm ?? null,
        unit: asked.arm?.unit ?? null,
        apart,
        model: made.model,
        version: made.version,
        router: made.router,
        policy: policyName,
        rules: prepared.json,
        ranking: keptJson,
        excluded: ranked.excluded.length === 0 ? '[]' : JSON.stringify(ranked.excluded.slice(0, MOST_LISTED)),
        propensity: made.propensity ?? 1,
        cascade: cascade === null ? null : JSON.stringify(cascade),
      },
      ranked.ranking,
      store === 'hash' ? query : undefined,
    );
    // Of one length, they list the same.
    return kept.length === made.ranking.length ? keptJson : JSON.stringify(made.ranking);
  }

  async function evidenceOf({ request, query, vector, known }: Asked): Promise<Evidence> {
    const { tasks, kinds, neighbours } = known.scorer.explain(query, vector, request.task);
    return { tasks, kinds, neighbours: await neighbourTexts(neighbours, ledger.snapshot) };
  }

  function explained({ known, prepared, policyName }: Asked, ranked: Ranking, made: RouteResponse, score: Evidence) {
    return explanationOf({
      ...ranked,
      candidates: ranked.ranking.length,
      chosen: made.model,
      cascade: made.cascade !== undefined,
      kept: made.kept,
      rules: prepared.rules,
      policyName,
      score,
      router: known.scorer.router,
      fallback: nearLlm(known, made.model, made.fallbacks[0]),
    });
  }

  /**
   * Scores and ranks the candidates, takes capacity for the query, and logs what was decided.
   *
   * @param evidence what to explain the decision by; null where it is not to be explained
   */
  function conclude(asked: Asked, evidence: Evidence | null): Maybe<Decision> {
    return chain(load.current(asked.promptTokens), (near) => {
      const ranked = rankOf(asked, near);
      return chain(isApart(otherwise, asked, near, ranked.ranking), (apart) =>
        concludeAt(asked, evidence, { near, ranked, apart }),
      );
    });
  }

  function concludeAt(
    asked: Asked,
    evidence: Evidence | null,
    { near, ranked, apart }: { near: RoutingLoad | null; ranked: Ranking; apart: boolean | null },
  ): Maybe<Decision> {
    const now = clock();
    sequence = (sequence + 1) >>> 0;
    const id = uuid7(now, sequence);
    const charge = (model: LlmId): Maybe<() => void> => charged(asked, ranked.ranking, model);
    const reservation = { id, promptTokens: asked.promptTokens, charge };
    const relaxed = ranked.relaxed.length > 0;
    return chain(
      reserve({ load, health }, ranked, reservation, (left) => pick(asked, left, { relaxed, rng })),
      (choice): Decision => {
        const response = responseOf(asked, id, ranked, choice);
        if (evidence !== null)
          response.explanation = seenBy(explained(asked, ranked, response, evidence), asked.caller);
        const rankingJson = note(asked, now, ranked, apart, response);
        const { ranking } = ranked;
        besides.note({ id, at: now, asked, near, ranking, chosen: choice.chosen, propensity: choice.propensity });
        return { response, rankingJson };
      },
    );
  }

  function decide(request: RouteRequest, caller: Caller, context: CallContext | null): Maybe<Decision> {
    const inForce = factsIn(holder.current());
    if (inForce.known.size === 0)
      return noModels(ledger.catalog).then((error) => {
        throw error;
      });
    checkNamed(request, inForce.known);
    checkAllowed(request, caller);
    const query = queryText(request);
    const own = ownRules(request);
    const policy = policyFor(request, own, caller);
    const coming: Coming = { request, own, caller, context, query, policy };
    const arm = armOf(experiments, coming);
    if (arm === null) return decideBy(null, coming);
    // An experiment refuses nobody: where its arm has no candidate, what is in force decides, outside of it.
    return rescued(
      () => decideBy(arm, coming),
      (error) => {
        if (error instanceof PointsmanError && error.code === 'no_candidate') return decideBy(null, coming);
        throw error;
      },
    );
  }

  function decideBy(arm: Assigned | null, { request, own, caller, context, query, policy }: Coming): Maybe<Decision> {
    const known = factsIn(arm?.scorer ?? holder.current());
    return chain(known.scorer.encode(query), (vector) => {
      const policyName = arm?.candidate?.policy ?? policy;
      const prepared = policies.prepare(policyName, rulesIn(arm, own), caller);
      const promptTokens = context?.promptTokens ?? promptTokensOf(request, query);
      const cascade = request.cascade ?? prepared.cascade;
      const asked: Asked = {
        request,
        own,
        caller,
        query,
        policy,
        vector,
        promptTokens,
        known,
        policyName,
        prepared,
        cascade,
        context,
        arm,
      };
      if (request.explain !== true) return conclude(asked, null);
      // Read before capacity is taken and the decision is logged: a ledger that does not answer leaves no trace.
      return evidenceOf(asked).then((evidence) => conclude(asked, evidence));
    });
  }

  return {
    decide: (request, caller = ANYBODY, context) =>
      chain(decide(request, caller, context ?? null), (decision) => decision.response),
    decideJson: (request, caller = ANYBODY, onDecided) =>
      chain(decide(request, caller, null), (decision) => {
        onDecided?.(decision.response);
        return toJson(decision);
      }),
    async lookup(ids) {
      const found = await decisions.get(ids);
      const forgotten = [...found.values()].filter((decision) => decision.query === null);
      if (forgotten.length === 0) return found;
      const texts = await ledger.snapshot.texts(forgotten.map((decision) => decision.queryHash));
      forgotten.forEach((decision, i) => found.set(decision.id, { ...decision, query: texts[i] ?? null }));
      return found;
    },
    explain: (decision) => explainLogged(decision, holder.current(), ledger.snapshot),
    shadows: besides,
    async flush() {
      const written = await Promise.all([decisions.flush(), besides.flush()]);
      return written.every(Boolean);
    },
    async forget(what) {
      // Written after it, decisions that wait would bring their texts back.
      await whileBusy(FLUSH_LIMIT_MS, async () => {
        if (!(await decisions.flush()))
          throw new PointsmanError('ledger_busy', 'decisions wait to be written, so nothing was forgotten: ask again');
      });
      return forgetting.forget(what);
    },
    follow(everyMs) {
      const stops = [
        decisions.follow(everyMs),
        followRetention({ ledger, forgetting, clock, log }, everyMs),
        besides.follow(SHADOWS_MS),
      ];
      return () => stops.forEach((stop) => stop());
    },
  };
}
