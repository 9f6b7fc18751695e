import type { Redact } from '../base/redact.js';
import { HOUR_MS } from '../base/units.js';
import type { Answered } from '../judge/job.js';
import type { JudgeView } from '../judge/types.js';
import type { Texts } from '../live/texts.js';
import type { AnswerFacts } from '../protocol/types.js';
import type { LlmId } from '../schema/ids.js';
import type { Decided } from './decide.js';
import type { EndedCall } from './outcome.js';

export interface OfferingParts {
  /** Undefined where nobody judges. */
  judge: Pick<JudgeView, 'offer' | 'score'> | undefined;
  texts: Texts;
  /** What texts go through before they are stored: those that are to be judged wait in a queue. */
  redact: Redact | undefined;
}

/** Answers on their way to the judge: only those whose texts may be kept whole. */
export interface Offering {
  /** Has an answer judged, should it be among those that are sampled. */
  offer(decided: Decided, ended: EndedCall): void;
  /** How good the judge says that an answer is, now; null where nobody says anything. */
  scoreOf(decided: Decided, model: string, facts: AnswerFacts): Promise<number | null>;
}

/** An answer as a judge takes it; null where nothing of a text of it may be kept. */
async function redacted(answered: Answered, redact: Redact): Promise<Answered | null> {
  const contents = await Promise.all(answered.messages.map(({ content }) => (content === '' ? '' : redact(content))));
  const [query, answer] = await Promise.all([redact(answered.query), redact(answered.answer)]);
  if (query === null || answer === null || contents.includes(null)) return null;
  const messages = answered.messages.map(({ role }, i) => ({ role, content: contents[i]! }));
  return { ...answered, query, answer, messages };
}

export function createOffering({ judge, texts, redact }: OfferingParts): Offering {
  /** Undefined where it is no answer, or its texts may not be kept. */
  function judgeable(
    { request, own, query, response }: Decided,
    model: string,
    facts: AnswerFacts,
    at: number,
  ): Answered | undefined {
    const { call, caller } = request;
    const { store, hours } = texts.of(caller);
    if (store !== 'whole' || !facts.complete || facts.text.trim() === '') return undefined;
    // Another LLM is asked for an answer to compare with only where texts say all that was asked.
    const isPlain = call.answerSchema === null && !Object.values(call.needs).some(Boolean);
    return {
      decision: response.decision_id,
      query,
      messages: call.messages,
      model: model as LlmId,
      answer: facts.text,
      second: isPlain ? (response.ranking.find((llm) => llm.model !== model)?.model ?? null) : null,
      task: own.options.task ?? null,
      tenant: caller.tenant,
      keepUntil: hours === null ? null : Math.ceil(at + hours * HOUR_MS),
    };
  }

  return {
    offer(decided, { error, facts, model, at }) {
      if (judge?.offer === undefined || error !== null || facts === null) return;
      const answered = judgeable(decided, model, facts, at);
      if (answered === undefined) return;
      const { request, policy, response } = decided;
      const about = { key: request.caller.key, policy, ranking: response.ranking };
      if (redact === undefined) return judge.offer(answered, about);
      void redacted(answered, redact).then((kept) => (kept === null ? undefined : judge.offer?.(kept, about)));
    },
    async scoreOf(decided, model, facts) {
      const answered = judge?.score === undefined ? undefined : judgeable(decided, model, facts, Infinity);
      if (answered === undefined) return null;
      return (await judge?.score?.({ ...answered, keepUntil: null }, decided.request.stop.signal)) ?? null;
    },
  };
}
