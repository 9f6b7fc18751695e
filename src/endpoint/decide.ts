import { PointsmanError, type ErrorCode } from '../base/errors.js';
import type { Decider } from '../decision/decider.js';
import { policyOf } from '../decision/allowed.js';
import type { Caller } from '../live/keys.js';
import type { LiveState } from '../live/state.js';
import { decisionIn } from '../protocol/answer-id.js';
import type { Call } from '../protocol/types.js';
import type { RouteRequest, RouteResponse } from '../schema/route.js';
import type { CallLog } from './call-log.js';
import type { Behaviour } from './conversation-behaviour.js';
import type { Conversations } from './conversation.js';
import { namedBy, type Named } from './named.js';
import { ownOf, routeRequestOf, type Own } from './own.js';
import { queryOf } from './query.js';
import { callerOf, sessionOf } from './session.js';
import type { CallRequest } from './types.js';

/** A call that was decided. */
export interface Decided {
  request: CallRequest;
  own: Own;
  /** Whether an LLM was named, so that no other may answer. */
  pinned: boolean;
  /** The only provider that may be called: it has the answer that this goes on from. Null for any. */
  provider: string | null;
  session: string;
  query: string;
  response: RouteResponse;
  policy: string;
  /** What the call shows of earlier answers. */
  behaviours: Behaviour[];
  /** When the call came, on the clock for times between. */
  began: number;
}

export interface DecideParts {
  live: Pick<LiveState, 'scorer' | 'providers' | 'texts'>;
  decider: Pick<Decider, 'decide'>;
  conversations: Conversations;
  calls: Pick<CallLog, 'find'>;
  now(): number;
}

function refusedModel(code: ErrorCode, expected: string, model: string): PointsmanError {
  const issue = { field: 'model', expected, received: JSON.stringify(model) };
  return new PointsmanError(code, `model: expected ${issue.expected}, got ${issue.received}`, { issues: [issue] });
}

/** Decides which LLM gets a call. */
export function createCallDecider({ live, decider, conversations, calls, now }: DecideParts) {
  /** Throws `model_not_found`, `model_not_allowed`, or `invalid_request` where an LLM has to be named. */
  function wantedBy(
    named: Named,
    { api, model: said }: Call,
    { models }: Caller,
  ): Pick<RouteRequest, 'models' | 'policy'> {
    if (named.auto && api === 'embeddings')
      throw refusedModel('invalid_request', 'the id of an LLM, as vectors of two LLMs can’t be compared', said);
    if (named.auto) return named.policy === undefined ? {} : { policy: named.policy };
    const { model } = named;
    if (!live.scorer.current().models.includes(model))
      throw refusedModel('model_not_found', '`auto`, `auto:<policy>` or an LLM of GET /v1/models', model);
    if (models?.includes(model) === false) throw refusedModel('model_not_allowed', 'an LLM that the key allows', model);
    return { models: [model] };
  }

  /** The call whose answer this one goes on from. Throws `invalid_request` for one that is not known. */
  async function before({ previousAnswer }: Call) {
    if (previousAnswer === null) return undefined;
    const decision = decisionIn(previousAnswer);
    const record = decision === undefined ? undefined : await calls.find(decision);
    if (record !== undefined) return record;
    const issue = {
      field: 'previous_response_id',
      expected: 'the id of an answer of this service',
      received: JSON.stringify(previousAnswer),
    };
    throw new PointsmanError('invalid_request', `${issue.field}: expected ${issue.expected}, got ${issue.received}`, {
      issues: [issue],
    });
  }

  /** Throws what the decider throws, `model_not_found`, and `invalid_request` naming a field. */
  return async (request: CallRequest): Promise<Decided> => {
    const began = now();
    const { call, headers, caller } = request;
    const own = ownOf(call, headers);
    const named = namedBy(call.model);
    const wanted = wantedBy(named, call, caller);
    const earlier = await before(call);
    const session = earlier?.session ?? sessionOf(headers, call, caller);
    const query = queryOf(call.messages);
    const isFree = named.auto && earlier === undefined;
    const standing = isFree ? await conversations.standing(call, session) : null;
    const pinned = earlier === undefined ? wanted : { ...wanted, models: [earlier.model] as RouteRequest['models'] };
    const asked = routeRequestOf(query, own, pinned);
    const response = await decider.decide(asked, caller, {
      needs: call.needs,
      promptTokens: call.promptTokens,
      maxOutputTokens: call.maxOutputTokens,
      uncallable: (model) => live.providers.uncallable(model, call.api),
      conversation: session,
      standing,
      texts: live.texts.of(caller).store,
    });
    return {
      request,
      own,
      pinned: !isFree,
      provider: earlier?.provider ?? null,
      session,
      query,
      response,
      policy: policyOf(asked, caller),
      behaviours: own.dryRun ? [] : conversations.begin(call, session, query, callerOf(caller)),
      began,
    };
  };
}

/** Headers that say which LLM it was, and under which decision. */
export function toldBy({ response, policy }: Decided, model: string): Record<string, string> {
  const llm = response.ranking.find((one) => one.model === model);
  return {
    'x-pointsman-decision': response.decision_id,
    // Ids may have characters that headers can't.
    'x-pointsman-model': encodeURI(model),
    'x-pointsman-policy': policy,
    ...(llm !== undefined && { 'x-pointsman-quality': String(llm.quality) }),
    ...(llm !== undefined && llm.cost_usd !== null && { 'x-pointsman-cost-usd': String(llm.cost_usd) }),
  };
}
