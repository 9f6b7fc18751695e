import type { Redact } from '../base/redact.js';
import { HOUR_MS } from '../base/units.js';
import type { Besides } from '../decision/beside.js';
import type { Answered } from '../judge/job.js';
import type { JudgeView } from '../judge/types.js';
import type { Texts } from '../live/texts.js';
import type { AnswerFacts, Call } from '../protocol/types.js';
import type { LlmId } from '../schema/ids.js';
import type { Decided } from './decide.js';
import type { EndedCall } from './outcome.js';

export interface OfferingParts {
  /** Undefined where nobody judges. */
  judge: Pick<JudgeView, 'offer' | 'score' | 'compare'> | undefined;
  shadows: Pick<Besides, 'toAsk'>;
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

/** Whether texts say all that was asked: only then is another LLM asked for an answer to compare with. */
const isPlain = ({ answerSchema, needs }: Call): boolean =>
  answerSchema === null && !Object.values(needs).some(Boolean);

export function createOffering({ judge, shadows, texts, redact }: OfferingParts): Offering {
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
    return {
      decision: response.decision_id,
      query,
      messages: call.messages,
      model: model as LlmId,
      answer: facts.text,
      second: isPlain(call) ? (response.ranking.find((llm) => llm.model !== model)?.model ?? null) : null,
      task: own.options.task ?? null,
      tenant: caller.tenant,
      keepUntil: hours === null ? null : Math.ceil(at + hours * HOUR_MS),
      shadow: null,
    };
  }

  /** Gives an answer to `take` as it may be kept, should it be. */
  function cleanly(answered: Answered, take: (kept: Answered) => void): void {
    if (redact === undefined) take(answered);
    else void redacted(answered, redact).then((kept) => (kept === null ? undefined : take(kept)));
  }

  /** Has LLMs of shadows answer, too, should they be asked: only where the LLM that was chosen answered. */
  async function compare({ response, request }: Decided, answered: Answered): Promise<void> {
    if (judge?.compare === undefined) return;
    const others = await shadows.toAsk(response.decision_id);
    if (others.length === 0 || !isPlain(request.call) || answered.model !== response.model) return;
    cleanly(answered, (kept) => {
      for (const { experiment: shadow, model: second } of others) judge.compare?.({ ...kept, second, shadow });
    });
  }

  return {
    offer(decided, { error, facts, model, at }) {
      if (judge === undefined || error !== null || facts === null) return;
      const answered = judgeable(decided, model, facts, at);
      if (answered === undefined) return;
      const { request, policy, response } = decided;
      const about = { key: request.caller.key, policy, ranking: response.ranking };
      if (judge.offer !== undefined) cleanly(answered, (kept) => judge.offer?.(kept, about));
      void compare(decided, answered);
    },
    async scoreOf(decided, model, facts) {
      const answered = judge?.score === undefined ? undefined : judgeable(decided, model, facts, Infinity);
      if (answered === undefined) return null;
      return (await judge?.score?.({ ...answered, keepUntil: null }, decided.request.stop.signal)) ?? null;
    },
  };
}
