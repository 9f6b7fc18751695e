import type { Clock } from '../base/clock.js';
import type { JudgeView } from '../judge/types.js';
import type { LiveState } from '../live/state.js';
import type { AnswerFacts } from '../protocol/types.js';
import type { DecisionId, LlmId } from '../schema/ids.js';
import type { LlmProfile } from '../schema/profile.js';
import type { CallRecord } from '../store/ports/calls.js';
import type { CallLog } from './call-log.js';
import type { Behaviour } from './conversation-behaviour.js';
import type { Conversations } from './conversation.js';
import type { Decided } from './decide.js';
import { interactionsOf, recordOf, type EndedCall } from './outcome.js';
import { observedOf, recordsOf, type Observed } from './signals.js';

/** How a call ended. */
export type Ending = Pick<
  EndedCall,
  'model' | 'provider' | 'status' | 'error' | 'message' | 'failed' | 'facts' | 'ttftMs'
>;

export interface ConcludeParts {
  live: Pick<LiveState, 'scorer' | 'load' | 'callSettings'>;
  conversations: Conversations;
  calls: CallLog;
  /** Undefined where nobody judges. */
  judge: Pick<JudgeView, 'offer' | 'score'> | undefined;
  /** Told of each call that is over. */
  onCall: ((record: CallRecord) => void) | undefined;
  clock: Clock;
  now(): number;
}

/** What calls leave behind: a record, what they teach, and where their conversations are. */
export interface Concluder {
  /** Once a call is over, whatever came of it. */
  conclude(decided: Decided, ending: Ending): void;
  /** What was observed of an answer that was not sent, as that of a step of a cascade. */
  aside(decided: Decided, ending: Ending): void;
  /** What users did on answers. */
  shown(behaviours: readonly Behaviour[], tenant: string | null): void;
  profileOf(model: string): LlmProfile | undefined;
  /** How good a judge says that an answer is, now; null where none says anything. */
  scoreOf(decided: Decided, model: string, facts: AnswerFacts): Promise<number | null>;
}

export function createConcluder({ live, conversations, calls, judge, onCall, clock, now }: ConcludeParts): Concluder {
  const { load, callSettings, scorer } = live;

  function profileOf(model: string): LlmProfile | undefined {
    const { models, profiles } = scorer.current();
    return profiles[models.indexOf(model)];
  }

  function endedOf({ request, session, response, began }: Decided, ending: Ending): EndedCall {
    return {
      ...ending,
      decision: response.decision_id,
      call: request.call,
      profile: profileOf(ending.model),
      session,
      tenant: request.caller.tenant,
      totalMs: now() - began,
      at: clock(),
    };
  }

  const signalsOf = (observed: readonly Observed[], decision: string, model: string) =>
    recordsOf(observed, { decision_id: decision as DecisionId, model: model as LlmId }, callSettings.signals());

  function learnedOf(ended: EndedCall) {
    const { facts, error, call, decision, model } = ended;
    const observed = facts === null || error !== null ? [] : observedOf(call, facts);
    return [...interactionsOf(ended), ...signalsOf(observed, decision, model)];
  }

  /** Puts what a call cost in place of what it was expected to, in its key's budgets. */
  async function trueUp({ request, response }: Decided, costUsd: number | null): Promise<void> {
    if (costUsd === null) return;
    const expected = response.ranking.find(({ model }) => model === response.model)?.cost_usd ?? 0;
    const usage = { requests: 0, tokens: 0, usd: Math.abs(costUsd - expected) };
    if (costUsd <= expected) return request.caller.refund(usage);
    try {
      await request.caller.charge(usage);
    } catch {
      // The last call of a budget may cost more than is left: that is spent, and the next call is refused.
    }
  }

  const shownBy = (behaviours: readonly Behaviour[]) =>
    behaviours.flatMap(({ decision, model, signal }) => signalsOf([{ signal, value: true }], decision, model));

  /** An answer as a judge takes it; undefined where it is none, or its texts may not be kept. */
  function judgeable({ request, own, query, response }: Decided, model: string, facts: AnswerFacts | null) {
    if (facts === null || !facts.complete) return undefined;
    const { call, caller } = request;
    const { needs, answerSchema } = call;
    // Another LLM is asked for an answer to compare with only where texts say all that was asked.
    const isPlain = answerSchema === null && !Object.values(needs).some(Boolean);
    return {
      decision: response.decision_id,
      query,
      messages: call.messages,
      model: model as LlmId,
      answer: facts.text,
      second: isPlain ? (response.ranking.find((llm) => llm.model !== model)?.model ?? null) : null,
      task: own.options.task ?? null,
      tenant: caller.tenant,
      keepUntil: null,
    };
  }

  function offer(decided: Decided, { error, facts, model }: EndedCall): void {
    const answered = error === null ? judgeable(decided, model, facts) : undefined;
    if (answered === undefined) return;
    const { request, policy, response } = decided;
    judge?.offer?.(answered, { key: request.caller.key, policy, ranking: response.ranking });
  }

  return {
    profileOf,
    async scoreOf(decided, model, facts) {
      const answered = judgeable(decided, model, facts);
      return answered === undefined ? null : ((await judge?.score?.(answered, decided.request.stop.signal)) ?? null);
    },
    conclude(decided, ending) {
      const { request, session, query, response, behaviours } = decided;
      const { call, caller } = request;
      const ended = endedOf(decided, ending);
      const learned = learnedOf(ended);
      // Nothing that is posted ends its time in flight.
      if (learned.length === 0) void load.abandon([response.decision_id]);
      offer(decided, ended);
      if (ended.facts !== null && ended.error === null)
        conversations.answered(call, session, {
          decision: response.decision_id,
          model: ended.model,
          usage: ended.facts.usage,
          finish: ended.facts.finish,
          at: ended.at,
          query,
        });
      const record = recordOf(ended);
      void trueUp(decided, record.costUsd);
      onCall?.(record);
      calls.add({ record, feedback: [...learned, ...shownBy(behaviours)], tenant: caller.tenant });
    },
    aside(decided, ending) {
      calls.add({ record: null, feedback: learnedOf(endedOf(decided, ending)), tenant: decided.request.caller.tenant });
    },
    shown(behaviours, tenant) {
      const feedback = shownBy(behaviours);
      if (feedback.length > 0) calls.add({ record: null, feedback, tenant });
    },
  };
}
