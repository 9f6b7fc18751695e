/**
 * Why an answer ended. What has no word of its own becomes the nearest: a pause is an end, an exceeded context a
 * length, and a stop sequence is a `stop`, which no longer says which.
 */
const FINISH_OF_STOP: Readonly<Record<string, string>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  pause_turn: 'stop',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  tool_use: 'tool_calls',
  refusal: 'content_filter',
};

const STOP_OF_FINISH: Readonly<Record<string, string>> = {
  stop: 'end_turn',
  length: 'max_tokens',
  tool_calls: 'tool_use',
  function_call: 'tool_use',
  content_filter: 'refusal',
};

/** `finish_reason` of chat for Anthropic's `stop_reason`. */
export const finishOf = (stop: unknown): string => FINISH_OF_STOP[String(stop)] ?? 'stop';

/** What of an answer in chat's form says why it ended. */
export interface Ending {
  finish: string | null;
  /** Which stop sequence was met, where the provider says it, as vLLM does. */
  stopSequence: string | null;
  refused: boolean;
  called: boolean;
}

/** Anthropic's `stop_reason`. Some providers end with `stop` after calls of tools; that is `tool_use`. */
export function stopOf({ finish, stopSequence, refused, called }: Ending): string {
  if (refused) return 'refusal';
  if (finish === 'stop' && called) return 'tool_use';
  if (finish === 'stop' && stopSequence !== null) return 'stop_sequence';
  return STOP_OF_FINISH[finish ?? ''] ?? 'end_turn';
}
