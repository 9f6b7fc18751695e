import type { Clock } from '../base/clock.js';
import { ANYBODY, type Caller } from '../live/keys.js';
import type { LiveState } from '../live/state.js';
import { HOUR_MS } from '../base/units.js';
import { MAX_FEEDBACK_ITEMS, type InteractionFeedback, type SignalFeedback } from '../schema/feedback.js';
import type { FeedbackRecord, RecordedInteraction, RecordedSignal } from '../store/ports/feedback.js';
import type { DecisionId, LlmId } from '../schema/ids.js';
import type { LlmProfile } from '../schema/profile.js';
import type { CallRecord } from '../store/ports/calls.js';
import type { CallLog, CallOutcome } from './call-log.js';
import type { Behaviour } from './conversation-behaviour.js';
import type { Conversations } from './conversation.js';
import type { Decided } from './decide.js';
import type { Offering } from './offering.js';
import { interactionsOf, recordOf, type EndedCall } from './outcome.js';
import { observedOf, recordsOf, type Observed } from './signals.js';

/** How a call ended. */
export type Ending = Pick<
  EndedCall,
  'model' | 'provider' | 'status' | 'error' | 'message' | 'failed' | 'facts' | 'ttftMs'
>;

export interface ConcludeParts {
  live: Pick<LiveState, 'scorer' | 'load' | 'callSettings' | 'texts'>;
  conversations: Conversations;
  calls: CallLog;
  offering: Pick<Offering, 'offer'>;
  /** Whether texts go through a hook before they are stored. */
  redacts: boolean;
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
  /** What conversations that are over say of their last answers. */
  quiet(): void;
  profileOf(model: string): LlmProfile | undefined;
}

/** Feedback on a call as the ledger stores it. */
function complete(
  { query, response, own }: Decided,
  { at }: EndedCall,
  one: InteractionFeedback | SignalFeedback,
): FeedbackRecord {
  const about = {
    at: new Date(at).toISOString(),
    query,
    ...(own.options.task !== undefined && { task: own.options.task }),
  };
  if ('signal' in one) return { kind: 'signal', value: { ...one, ...about } as RecordedSignal };
  // What a fallback answered was not left to the decision's chance.
  const chosen = one.model === response.model ? { propensity: response.propensity ?? 1 } : {};
  return { kind: 'interaction', value: { ...one, ...about, ...chosen } as RecordedInteraction };
}

export function createConcluder({
  live,
  conversations,
  calls,
  offering,
  redacts,
  onCall,
  clock,
  now,
}: ConcludeParts): Concluder {
  const { load, callSettings, scorer, texts } = live;

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

  /** What is learned of a call, complete where its query may be stored as it is. */
  function learned(decided: Decided, ended: EndedCall): Pick<CallOutcome, 'feedback' | 'records' | 'forgetAt'> {
    const feedback = learnedOf(ended);
    const { store, hours } = texts.of(decided.request.caller);
    if (store !== 'whole' || redacts) return { feedback, records: [], forgetAt: null };
    const forgetAt = hours === null ? null : ended.at + hours * HOUR_MS;
    return { feedback: [], records: feedback.map((one) => complete(decided, ended, one)), forgetAt };
  }

  function keep(
    caller: Caller,
    record: CallRecord | null,
    what: Pick<CallOutcome, 'feedback' | 'records' | 'forgetAt'>,
  ): void {
    calls.add({ record, ...what, tenant: caller.tenant, texts: texts.of(caller) });
  }

  return {
    profileOf,
    conclude(decided, ending) {
      const { request, session, query, response, behaviours } = decided;
      const { call, caller } = request;
      const ended = endedOf(decided, ending);
      const what = learned(decided, ended);
      // Nothing that is stored ends its time in flight.
      if (what.feedback.length + what.records.length === 0) void load.abandon([response.decision_id]);
      offering.offer(decided, ended);
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
      keep(caller, record, { ...what, feedback: [...what.feedback, ...shownBy(behaviours)] });
    },
    aside(decided, ending) {
      keep(decided.request.caller, null, learned(decided, endedOf(decided, ending)));
    },
    quiet() {
      const feedback = shownBy(conversations.ended(clock()));
      // Whose conversations they were, their decisions know.
      // More than a request of feedback may hold would be refused, and all of it lost.
      for (let from = 0; from < feedback.length; from += MAX_FEEDBACK_ITEMS)
        keep(ANYBODY, null, { feedback: feedback.slice(from, from + MAX_FEEDBACK_ITEMS), records: [], forgetAt: null });
    },
  };
}
