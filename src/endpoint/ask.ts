import type { LiveState } from '../live/state.js';
import { readCall } from '../protocol/read.js';
import type { CallMessage, JsonObject } from '../protocol/types.js';
import type { Ask } from '../judge/types.js';
import { costOf } from './cost.js';
import { callInTurn } from './failover.js';
import { nobodyAnswered } from './failures.js';

/** Longest until an LLM that is asked here answers, in milliseconds. */
const DEADLINE_MS = 120_000;

export interface AskParts {
  live: Pick<LiveState, 'scorer' | 'providers'>;
  now(): number;
  clock(): number;
  random(): number;
}

/** Asks an LLM of the catalogue, at its deployments, for one whole answer: no decision is made, and none is logged. */
export function createAsk({ live, now, clock, random }: AskParts): Ask {
  return async (model, messages, { json, maxOutputTokens, signal }) => {
    const value: JsonObject = {
      model,
      messages: messages.map(({ role, content }: CallMessage) => ({ role, content })),
      max_completion_tokens: maxOutputTokens,
      ...(json !== undefined && { response_format: { type: 'json_schema', json_schema: { ...json, strict: true } } }),
    };
    const call = readCall('chat', value);
    const why = live.providers.uncallable(model, 'chat');
    if (why !== undefined) throw new Error(`${model} can't be called: ${why}`);
    const stop = new AbortController();
    // A worker's signal outlives its jobs.
    const end = (): void => stop.abort(signal.reason);
    signal.addEventListener('abort', end);
    const { answered, failed } = await callInTurn(
      { calling: live.providers, now, clock, random },
      {
        models: [model],
        provider: null,
        outgoing: { call, text: JSON.stringify(value), value, headers: {}, answerId: (id) => id },
        stop,
        deadlineMs: DEADLINE_MS,
        take: () => true,
      },
    ).finally(() => signal.removeEventListener('abort', end));
    if (answered === null) throw nobodyAnswered(failed, [model]);
    const { attempt, ended } = answered;
    if (attempt.kind !== 'whole') {
      ended({ error: null, tokens: 0 });
      if (attempt.kind === 'stream') attempt.rest.destroy();
      throw new Error(`${model} refused what it was asked`);
    }
    const { text, usage } = attempt.facts;
    ended({ error: null, tokens: usage === null ? 0 : usage.prompt + usage.completion });
    const { models, profiles } = live.scorer.current();
    return { text, costUsd: usage === null ? null : costOf(usage, profiles[models.indexOf(model)]) };
  };
}
