import type { Clock } from '../base/clock.js';
import { PointsmanError } from '../base/errors.js';
import type { Logger } from '../base/log.js';
import { DEFAULT_POLICY } from '../policy/named.js';
import type { Decider } from '../decision/decider.js';
import type { FeedbackService } from '../feedback/service.js';
import type { LiveState } from '../live/state.js';
import { answerId } from '../protocol/answer-id.js';
import type { AnswerFacts } from '../protocol/types.js';
import type { RouteRequest, RouteResponse } from '../schema/route.js';
import type { Ledger } from '../store/ports/index.js';
import { createCallLog } from './call-log.js';
import { createConversations } from './conversation.js';
import { deliver, type Delivered } from './deliver.js';
import { callInTurn, type Reached } from './failover.js';
import { nobodyAnswered } from './failures.js';
import { namedBy, type Named } from './named.js';
import { CLIENT_GONE, interactionsOf, recordOf, REFUSED, type EndedCall } from './outcome.js';
import { ownOf, routeRequestOf, type Own } from './own.js';
import { queryOf } from './query.js';
import { sessionOf } from './session.js';
import type { CallAnswer, CallRequest, Endpoint } from './types.js';
import { toProvider } from './wire.js';

/** Longest until an answer begins, all tries together, in milliseconds. */
const DEADLINE_MS = 120_000;

export interface EndpointParts {
  ledger: Pick<Ledger, 'calls'>;
  live: Pick<LiveState, 'scorer' | 'load' | 'providers'>;
  decider: Decider;
  feedback: FeedbackService;
  clock: Clock;
  /** In milliseconds, for times between. */
  now(): number;
  random(): number;
  log: Logger;
  deadlineMs?: number | undefined;
}

/** A call that was decided. */
interface Decided {
  request: CallRequest;
  own: Own;
  policy: string;
  session: string;
  query: string;
  response: RouteResponse;
  began: number;
}

const ANSWERED = 200;

function modelNotFound(model: string): PointsmanError {
  const issue = {
    field: 'model',
    expected: '`auto`, `auto:<policy>` or an LLM of GET /v1/models',
    received: JSON.stringify(model),
  };
  return new PointsmanError('model_not_found', `model: expected ${issue.expected}, got ${issue.received}`, {
    issues: [issue],
  });
}

const tokensOf = ({ usage }: AnswerFacts): number => (usage === null ? 0 : usage.prompt + usage.completion);

export function createEndpoint(parts: EndpointParts): Endpoint {
  const { live, decider, clock, now, random, log, deadlineMs = DEADLINE_MS } = parts;
  const { load, providers: calling } = live;
  const conversations = createConversations();
  const calls = createCallLog({ ledger: parts.ledger, feedback: parts.feedback, log });
  const attemptParts = { calling, now, clock, random };

  function profileOf(model: string) {
    const { models, profiles } = live.scorer.current();
    return profiles[models.indexOf(model)];
  }

  /** What the decider is asked. Throws `model_not_found`. */
  function wantedBy(named: Named, caller: CallRequest['caller']): Pick<RouteRequest, 'models' | 'policy'> {
    if (named.auto) return { ...(named.policy !== undefined && { policy: named.policy }) };
    if (!live.scorer.current().models.includes(named.model)) throw modelNotFound(named.model);
    if (caller.models?.includes(named.model) === false) {
      const issue = { field: 'model', expected: 'an LLM that the key allows', received: JSON.stringify(named.model) };
      throw new PointsmanError('model_not_allowed', `model: expected ${issue.expected}, got ${issue.received}`, {
        issues: [issue],
      });
    }
    return { models: [named.model] };
  }

  async function decide(request: CallRequest): Promise<Decided> {
    const began = now();
    const { call, headers, caller } = request;
    const own = ownOf(call, headers);
    const named = namedBy(call.model);
    const wanted = wantedBy(named, caller);
    const query = queryOf(call.messages);
    const session = sessionOf(headers, call, caller);
    const standing = named.auto ? await conversations.standing(call, session) : null;
    const response = await decider.decide(routeRequestOf(query, own, wanted), caller, {
      needs: call.needs,
      promptTokens: call.promptTokens,
      maxOutputTokens: call.maxOutputTokens,
      uncallable: (model) => calling.uncallable(model, call.api),
      standing,
      texts: 'whole',
    });
    const policy = wanted.policy ?? own.options.policy ?? caller.policies?.[0] ?? DEFAULT_POLICY;
    return { request, own, policy, session, query, response, began };
  }

  /** Headers that say which LLM it was, and under which decision. */
  function toldBy({ response, policy }: Decided, model: string): Record<string, string> {
    const llm = response.ranking.find((one) => one.model === model);
    return {
      'x-pointsman-decision': response.decision_id,
      'x-pointsman-model': encodeURI(model),
      'x-pointsman-policy': policy,
      ...(llm !== undefined && { 'x-pointsman-quality': String(llm.quality) }),
      ...(llm !== undefined && llm.cost_usd !== null && { 'x-pointsman-cost-usd': String(llm.cost_usd) }),
    };
  }

  /** Keeps what a call leaves behind. */
  function conclude(
    decided: Decided,
    how: Pick<EndedCall, 'model' | 'provider' | 'status' | 'error' | 'message' | 'failed' | 'facts' | 'ttftMs'>,
  ): void {
    const { request, session, query, response, began } = decided;
    const { call, caller } = request;
    const ended: EndedCall = {
      ...how,
      decision: response.decision_id,
      call,
      profile: profileOf(how.model),
      session,
      tenant: caller.tenant,
      totalMs: now() - began,
      at: clock(),
    };
    const feedback = interactionsOf(ended);
    if (feedback.length === 0) void load.abandon([response.decision_id]);
    if (ended.facts !== null && ended.error === null)
      conversations.answered(session, {
        decision: response.decision_id,
        model: how.model,
        usage: ended.facts.usage,
        at: ended.at,
        query,
      });
    calls.add({ record: recordOf(ended), feedback, tenant: caller.tenant });
  }

  function answerOf(decided: Decided, { answered, failed }: Reached): CallAnswer {
    if (answered === null) {
      const models = [decided.response.model, ...decided.response.fallbacks];
      const error = nobodyAnswered(failed, models);
      const last = failed.at(-1);
      conclude(decided, {
        model: last?.model ?? models[0]!,
        provider: last?.target.provider.name ?? null,
        status: error.status,
        error: last?.failure ?? 'rate_limited',
        message: last?.message ?? null,
        failed,
        facts: null,
        ttftMs: null,
      });
      throw error;
    }
    const { attempt, target, ended } = answered;
    const { model } = target;
    const { name: provider } = target.provider;
    const headers = { ...attempt.headers, ...toldBy(decided, model) };
    const about = { model, provider, failed };
    if (attempt.kind === 'refused') {
      ended({ error: null, tokens: 0 });
      conclude(decided, { ...about, status: attempt.status, error: REFUSED, message: null, facts: null, ttftMs: null });
      return { kind: 'text', status: attempt.status, headers, body: attempt.body };
    }
    const { ttftMs } = attempt;
    if (attempt.kind === 'whole') {
      const { facts } = attempt;
      ended({ error: null, tokens: tokensOf(facts) });
      conclude(decided, { ...about, status: ANSWERED, error: null, message: null, facts, ttftMs });
      return { kind: 'text', status: attempt.status, headers, body: attempt.body };
    }
    const over = ({ broken, gone }: Delivered): void => {
      const facts = attempt.relay.facts();
      ended({ error: broken, tokens: tokensOf(facts) });
      conclude(decided, {
        ...about,
        status: gone ? CLIENT_GONE : ANSWERED,
        error: gone ? 'client_gone' : broken === null ? null : 'broken_answer',
        message: broken,
        facts,
        ttftMs,
      });
    };
    return {
      kind: 'stream',
      status: ANSWERED,
      headers,
      deliver: (to) => deliver(to, attempt, over),
      discard() {
        attempt.rest.destroy();
        over({ broken: null, gone: true });
      },
    };
  }

  return {
    async call(request) {
      const decided = await decide(request);
      const { call, text, value, signal } = request;
      const { response, own } = decided;
      const id = response.decision_id;
      if (own.dryRun) {
        await load.abandon([id]);
        return { kind: 'text', status: 200, headers: toldBy(decided, response.model), body: JSON.stringify(response) };
      }
      const isPinned = call.model !== 'auto' && !call.model.startsWith('auto:');
      try {
        const reached = await callInTurn(attemptParts, {
          models: isPinned ? [response.model] : [response.model, ...response.fallbacks],
          outgoing: { call, text, value, headers: toProvider(request.headers), answerId: (own) => answerId(own, id) },
          signal,
          deadlineMs,
          take: (model) => load.take(model, call.promptTokens, id),
        });
        return answerOf(decided, reached);
      } catch (error) {
        if (signal.aborted)
          conclude(decided, {
            model: response.model,
            provider: null,
            status: CLIENT_GONE,
            error: 'client_gone',
            message: null,
            failed: [],
            facts: null,
            ttftMs: null,
          });
        throw error;
      }
    },
    drain: () => calls.drain(),
  };
}
