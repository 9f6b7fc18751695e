import { writeEvent } from './sse.js';
import type { Api } from './types.js';

/** An error that ends a stream. */
export interface StreamError {
  type: string;
  message: string;
  /** Stable; null where there is none. */
  code: string | null;
}

/**
 * An error in the middle of a stream, as the form `api` has it. `sequence` is the number of the event among those of
 * responses. OpenAI documents code and message of such an event at its top, and sends them in `error`, where its
 * clients look for them; both are given.
 */
export function errorEvents(api: Api, { type, message, code }: StreamError, sequence = 0): string {
  const error = { message, type, param: null, code };
  switch (api) {
    case 'messages':
      return writeEvent({ event: 'error', data: JSON.stringify({ type: 'error', error: { type, message } }) });
    case 'responses':
      return writeEvent({
        event: 'error',
        data: JSON.stringify({ type: 'error', sequence_number: sequence, code, message, param: null, error }),
      });
    case 'chat':
    case 'embeddings':
      return writeEvent({ event: undefined, data: JSON.stringify({ error }) });
  }
}
