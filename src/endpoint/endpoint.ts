import type { Clock } from '../base/clock.js';
import type { Redact } from '../base/redact.js';
import type { Logger } from '../base/log.js';
import type { Decider } from '../decision/decider.js';
import type { FeedbackService } from '../feedback/service.js';
import type { JudgeView } from '../judge/types.js';
import type { LiveState } from '../live/state.js';
import { answerId } from '../protocol/answer-id.js';
import type { CallRecord } from '../store/ports/calls.js';
import type { Ledger } from '../store/ports/index.js';
import { answerOf, clientGone } from './answer.js';
import { createCallLog } from './call-log.js';
import { createConcluder } from './conclude.js';
import { createConversations } from './conversation.js';
import { createCallDecider, toldBy, type Decided } from './decide.js';
import { callInTurn, type Reached } from './failover.js';
import { postOpinion } from './metadata.js';
import { createOffering } from './offering.js';
import { serveCascade } from './serve-cascade.js';
import type { CallAnswer, Endpoint, StopReason } from './types.js';

/** Longest until an answer begins, all tries together, in milliseconds. */
const DEADLINE_MS = 120_000;
/** How often it is looked for conversations that are over, in milliseconds. */
const QUIET_EVERY_MS = 10_000;

export interface EndpointParts {
  ledger: Pick<Ledger, 'calls' | 'cascades'>;
  live: Pick<LiveState, 'scorer' | 'load' | 'providers' | 'callSettings' | 'texts'>;
  decider: Decider;
  feedback: FeedbackService;
  /** Judges answers: a share of all, and those of cascades at once; nobody unless given. */
  judge?: Pick<JudgeView, 'offer' | 'score' | 'compare'> | undefined;
  /** Told of each call that is over. */
  onCall?: ((record: CallRecord) => void) | undefined;
  /** What texts go through before they are stored, those that are to be judged, too. */
  redact?: Redact | undefined;
  clock: Clock;
  /** In milliseconds, for times between. */
  now(): number;
  /** Uniform in [0, 1): spreads retries. */
  random(): number;
  log: Logger;
  /** Two minutes unless given. */
  deadlineMs?: number | undefined;
}

/** LLMs as a model endpoint, over what decides and what calls. */
export function createEndpoint(parts: EndpointParts): Endpoint {
  const { ledger, live, decider, clock, now, random, log, deadlineMs = DEADLINE_MS } = parts;
  const { load, providers: calling } = live;
  const calls = createCallLog({ ledger, feedback: parts.feedback, log });
  const conversations = createConversations({ clock, ledger: ledger.calls, log });
  const offering = createOffering({
    judge: parts.judge,
    shadows: decider.shadows,
    texts: live.texts,
    redact: parts.redact,
  });
  const concluder = createConcluder({
    live,
    conversations,
    calls,
    offering,
    redacts: parts.redact !== undefined,
    onCall: parts.onCall,
    clock,
    now,
  });
  const decide = createCallDecider({ live, decider, conversations, calls, now });
  const attempts = { calling, now, clock, random };
  const quiet = setInterval(() => concluder.quiet(), QUIET_EVERY_MS).unref();

  function reach({ request, response, provider }: Decided, models: readonly string[]): Promise<Reached> {
    const { call, text, value, headers, stop } = request;
    const { decision_id: decision } = response;
    return callInTurn(attempts, {
      models,
      provider,
      outgoing: { call, text, value, headers, answerId: (id) => answerId(id, decision) },
      stop,
      deadlineMs,
      take: (model) => load.take(model, call.promptTokens, decision),
    });
  }

  async function dryRun(decided: Decided): Promise<CallAnswer> {
    const { response } = decided;
    await load.abandon([response.decision_id]);
    return { kind: 'text', status: 200, headers: toldBy(decided, response.model), body: JSON.stringify(response) };
  }

  return {
    async call(request) {
      if (request.call.metadata !== null)
        await postOpinion({ feedback: parts.feedback, texts: live.texts }, request.call, request.caller);
      const decided = await decide(request);
      const { response, own, pinned } = decided;
      if (own.dryRun) return dryRun(decided);
      try {
        if (response.cascade !== undefined)
          return await serveCascade({ decider, ledger, load, concluder, offering, reach, now }, decided);
        return answerOf(
          concluder,
          decided,
          await reach(decided, pinned ? [response.model] : [response.model, ...response.fallbacks]),
        );
      } catch (error) {
        if (request.stop.signal.reason === ('gone' satisfies StopReason)) clientGone(concluder, decided);
        throw error;
      }
    },
    flush: () => calls.drain(),
    async drain() {
      clearInterval(quiet);
      await calls.drain();
    },
  };
}
