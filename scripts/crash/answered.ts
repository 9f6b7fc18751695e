import { performance } from 'node:perf_hooks';
import { LLMS } from '../service/small-log.js';
import type { Rng } from '../../src/base/rng.js';

/** A call that was answered to its end. */
export interface Answered {
  decision: string;
  /** The LLM that answered. */
  model: string;
  /** When the last of the answer was there, in milliseconds of `performance.now()`. */
  at: number;
}

/** Share of calls whose answers are streams. */
const STREAMED = 0.4;
/** Share of calls that name an LLM. */
const NAMED = 0.2;

/**
 * Calls the endpoint once, and reads the answer to its end. Throws a `TypeError` where the connection breaks; answers
 * what is wrong where the answer is not a good one.
 */
export async function callOnce(url: string, query: string, rng: Rng): Promise<Answered | string> {
  const llms = Object.keys(LLMS);
  const stream = rng.next() < STREAMED;
  const model = rng.next() < NAMED ? llms[0]! : 'auto';
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model, stream, messages: [{ role: 'user', content: query }] }),
  });
  const text = await response.text();
  const at = performance.now();
  if (response.status !== 200) return `${response.status} ${text.slice(0, 300)}`;
  if (stream && !text.trimEnd().endsWith('data: [DONE]')) return `a stream ended with ${text.slice(-200)}`;
  return {
    decision: response.headers.get('x-pointsman-decision')!,
    model: decodeURI(response.headers.get('x-pointsman-model')!),
    at,
  };
}
