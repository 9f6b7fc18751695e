import { createParser } from 'eventsource-parser';
import { Problem } from '../../kit/problem.js';
import { authorization } from '../../kit/session.js';

/** An answer as it comes. */
export interface Streamed {
  text: string;
  /** Id of the decision; empty where nothing was decided. */
  decision: string;
  model: string;
  /** Until the first of its text, and until now or its end, in milliseconds. */
  firstMs: number | undefined;
  totalMs: number;
  state: 'streaming' | 'done' | 'stopped';
}

const textIn = (value: unknown, key: string): string => {
  const found = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
  return typeof found === 'string' ? found : '';
};

/** What an event of a chat completion adds to the text. Throws a {@link Problem} where it tells of an error. */
function deltaOf(data: string): string {
  const event = JSON.parse(data) as { choices?: { delta?: unknown }[]; error?: unknown };
  if (event.error !== undefined) throw new Problem(textIn(event.error, 'code'), 0, textIn(event.error, 'message'));
  return textIn(event.choices?.[0]?.delta, 'content');
}

async function refusalOf(response: Response): Promise<Problem> {
  const body: unknown = await response.json().catch(() => null);
  const error = typeof body === 'object' && body !== null && 'error' in body ? body.error : null;
  const code = textIn(error, 'code') || `http_${response.status}`;
  return new Problem(code, response.status, textIn(error, 'message') || response.statusText);
}

/**
 * Has an LLM answer through the model endpoint.
 *
 * @param tell is told of what came so far, at most once a frame
 * Rejects with a {@link Problem}; where it is stopped, what came stands.
 */
export async function streamAnswer(body: object, stopping: AbortSignal, tell: (so: Streamed) => void): Promise<void> {
  const began = performance.now();
  const so: Streamed = { text: '', decision: '', model: '', firstMs: undefined, totalMs: 0, state: 'streaming' };
  let waits = false;
  const show = (): void => {
    so.totalMs = performance.now() - began;
    tell({ ...so });
  };
  const showSoon = (): void => {
    if (waits) return;
    waits = true;
    requestAnimationFrame(() => {
      waits = false;
      if (so.state === 'streaming') show();
    });
  };
  try {
    const response = await fetch('/v1/chat/completions', {
      method: 'POST',
      headers: { ...authorization(), 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: stopping,
    });
    if (!response.ok || response.body === null) throw await refusalOf(response);
    so.decision = response.headers.get('x-pointsman-decision') ?? '';
    so.model = decodeURI(response.headers.get('x-pointsman-model') ?? '');
    show();
    const parser = createParser({
      onEvent({ data }) {
        if (data === '[DONE]') return;
        so.text += deltaOf(data);
        if (so.text !== '') so.firstMs ??= performance.now() - began;
        showSoon();
      },
    });
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) parser.feed(part.value);
    so.state = 'done';
    show();
  } catch (error) {
    if (!stopping.aborted) {
      so.state = 'stopped';
      if (error instanceof Problem) throw error;
      throw new Problem('unreachable', 0, 'The answer broke off. Is the service running?');
    }
    so.state = 'stopped';
    show();
  }
}
